"""The worker: runs the jobs of the outbox and keeps the beats, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from typing import TYPE_CHECKING, Any

import psycopg
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector

from haochaping.doors.jobs import beats, tasks
from haochaping.doors.outage import OUTAGE
from haochaping.doors.pools import close_pools
from haochaping.outbox import actions as outbox
from haochaping.outbox.rules import described

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from procrastinate.connector import Notify
    from procrastinate.job_context import JobContext
    from procrastinate.worker import Worker

_log = logging.getLogger(__name__)
_JOBS_AT_ONCE = 2
# A new job is announced by the database at once; looking for one is the safety net under that.
_LOOK_EVERY_SECONDS = 5.0
_PAUSE_SECONDS = 5
# Well below what a worker may be silent for before its jobs count as stalled (outbox.queries.SILENCE).
_HEARTBEAT_SECONDS = 10.0
# A thread waits for the word to stop; it must not outlive a worker that ended by itself.
_LISTEN_SECONDS = 1.0
_JOBS = tasks.__name__


def run(stop: threading.Event | None = None, *, beating: Iterable[beats.Beat] = beats.BEATS) -> None:
    """Work until told to stop: by `stop`, or without it by SIGINT or SIGTERM (main thread only).

    Stopping takes about a second plus the rest of the jobs that are running; a beat in a long statement is cut short
    and begins anew with the next worker, and so does a job that the end of the process cuts short.
    """
    ended = stop or threading.Event()
    keepers = beats.start(beating, ended)
    try:
        asyncio.run(_work(ended, with_signals=stop is None))
    finally:
        ended.set()
        beats.end(keepers)
        close_pools()
        _log.info("Worker stopped")


class _Listener(PsycopgConnector):
    """Listens anew when the database comes back.

    procrastinate would not: a listener that has failed stays away until the worker ends, and is mentioned then.
    """

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Tell of new jobs, with one sentence for each time that the database went away."""
        loop, said = asyncio.get_running_loop(), False
        while True:
            began = loop.time()
            try:
                await super().listen_notify(on_notification, channels)
            except ConnectorException as error:
                if not _is_away(error):
                    raise
                if not said or loop.time() - began > _PAUSE_SECONDS:
                    said = True
                    _log.warning(
                        "The database is away: until it is back nobody hears of new jobs at once; looking for them"
                        " every %d seconds",
                        _LOOK_EVERY_SECONDS,
                    )
                await asyncio.sleep(_PAUSE_SECONDS)


class _Heart(JobManager):
    """Beats on after a beat that failed.

    procrastinate would not: it minds its side tasks until the first of them ends, and the one for periodic jobs, of
    which there are none, ends at once. A worker without a heartbeat looks dead, and its jobs would be done twice.
    """

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that the worker lives; what prevents it is written down, and the next beat tries again."""
        try:
            await super().update_heartbeat(worker_id)
        except ConnectorException as error:
            away = _is_away(error)
            said = "The worker could not say that it lives and tries again in %d seconds" + (
                ": the database is away" if away else ""
            )
            _log.warning(said, _HEARTBEAT_SECONDS, exc_info=not away)


def _is_away(error: Exception) -> bool:
    """Whether the database did not answer; procrastinate says the same of that and of what it did not understand."""
    return isinstance(error, OUTAGE) or isinstance(
        error.__cause__, (psycopg.OperationalError, psycopg.InterfaceError)
    )


async def _work(stop: threading.Event, *, with_signals: bool) -> None:
    loop = asyncio.get_running_loop()
    if with_signals:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    _log.info("Worker started with the jobs of %s", _JOBS)
    while not stop.is_set():
        try:
            await _serve(stop)
        except Exception as error:  # noqa: BLE001 - whatever broke it, a worker that gives up helps nobody
            # A database that restarts must not end the worker; the beats wait it out in the same way.
            away = _is_away(error)
            said = "The worker broke off and starts again in %d seconds" + (
                ": the database is away" if away else ""
            )
            _log.error(said, _PAUSE_SECONDS, exc_info=not away)
            await asyncio.to_thread(stop.wait, _PAUSE_SECONDS)


async def _serve(stop: threading.Event) -> None:
    working = asyncio.create_task(_do_jobs())
    stopping = asyncio.create_task(_until(stop))
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    try:
        await working
    except asyncio.CancelledError:
        return
    raise RuntimeError("the worker ended without being told to")


async def _do_jobs() -> None:
    # The jobs themselves go on using the app with Django's connection, so that what they defer joins their
    # transaction.
    serving = app.with_connector(_Listener(kwargs=connector_params("default")))
    serving.job_manager = _Heart(serving.connector)
    inherited = serving.worker_defaults.get("task_middleware") or []
    try:
        await serving.open_async()
        await serving.run_worker_async(
            concurrency=_JOBS_AT_ONCE,
            fetch_job_polling_interval=_LOOK_EVERY_SECONDS,
            update_heartbeat_interval=_HEARTBEAT_SECONDS,
            delete_jobs="successful",
            install_signal_handlers=False,
            task_middleware=[*inherited, note_failure],
        )
    finally:
        # Also when the word to stop comes while it opens: a pool left half open would never let the process end.
        await serving.close_async()


async def _until(stop: threading.Event) -> None:
    while not await asyncio.to_thread(stop.wait, _LISTEN_SECONDS):
        pass


def note_failure(call_next: Callable[[], Any], context: JobContext, _worker: Worker) -> object:
    """Keep the last error of a job where a person can read it (procrastinate keeps none)."""
    job = context.job
    if job.id is None:
        raise ValueError("a running job has a number")
    try:
        result = call_next()
    except Exception as error:
        try:
            outbox.record_failure(
                job.id,
                name=job.task_name,
                attempts=job.attempts + 1,
                error=described(error),
                now=timezone.now(),
            )
        except Exception:  # noqa: BLE001 - the job's own error matters more than ours
            _log.exception("The error of job %d could not be written down", job.id)
        raise
    if job.attempts:
        outbox.forget_failure(job.id)
    return result
