"""How a function becomes a job: the decorator `job`, and how often a failed one is tried again."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app

from haochaping.kernel.refused import Refused
from haochaping.outbox.rules import wait_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from procrastinate.jobs import Job


class Patience(BaseRetryStrategy):
    """Try a failed job again after growing waits (`outbox.rules`); a refusal is an answer and stands."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Decide after one failure: when to try again, or None to give the job up."""
        seconds = None if isinstance(exception, Refused) else wait_seconds(job.attempts)
        return None if seconds is None else RetryDecision(retry_in={"seconds": seconds})


def job[**P](name: str, *, queue: str = "default") -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a function as the job of that name.

    Raises:
        TypeError: a parameter is not keyword-only, or the docstring does not say what is tried again and
        how long.
    """

    def register(function: Callable[P, None]) -> Callable[P, None]:
        parameters = inspect.signature(function).parameters.values()
        if any(parameter.kind is not parameter.KEYWORD_ONLY for parameter in parameters):
            raise TypeError(f"job {name}: every parameter is keyword-only")
        if "Tried again" not in (function.__doc__ or ""):
            raise TypeError(
                f"job {name}: the docstring says “Tried again …”: for how long, and why that is harmless"
            )
        app.task(name=name, queue=queue, retry=Patience())(function)
        return function

    return register
