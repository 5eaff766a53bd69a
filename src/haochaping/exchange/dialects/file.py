"""A dialect file while it is read: what stands at a place, or a complaint that names file and place and what to write."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

from haochaping.exchange.dialects.envelope import FROM_BYTES, GIVE_BYTES, NEED_A_WORD, OUTERMOST, STEPS
from haochaping.exchange.dialects.terms import NO_SUCH_NAME, NOT_COMPLETE, NOT_POSSIBLE, WRONG_SHAPE, Step
from haochaping.kernel.refused import Complaint, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from haochaping.kernel.refused import Reason


class BadDialect(Refused):
    """All that is wrong with a file, each place once; the first of it is what is told where one sentence has room."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__(complaints[0].reason, field="", **complaints[0].params)
        self.complaints = tuple(complaints)


class File:
    """A file while it is read; knows how to complain."""

    def __init__(self, file: str, maps: Mapping[str, Mapping[str, str]]) -> None:
        self.file = file
        self.maps = dict(maps)
        self.complaints: list[Complaint] = []

    def bad(self, reason: Reason, where: str, **params: object) -> NoReturn:
        """Complain of a place in the file, where nothing can be read any further."""
        complaint = self._complaint(reason, where, params)
        raise Refused(reason, field="", **complaint.params)

    def _complaint(self, reason: Reason, where: str, params: Mapping[str, object]) -> Complaint:
        return Complaint(reason, "", {"file": self.file, "where": where or self.file, **params})

    def each[P, R](self, parts: Iterable[P], read: Callable[[P], R]) -> list[R]:
        """Read parts that do not hang together: one that is wrong does not hide what is wrong with the others."""
        found = (self.tried(partial(read, part), None) for part in parts)
        return [one for one in found if one is not None]

    def tried[R](self, read: Callable[[], R], otherwise: R) -> R:
        """Read a part whose faults must not hide those of what is beside it; `otherwise` stands in for a wrong one."""
        try:
            return read()
        except Refused as refused:
            self.complaints.append(refused.complaint)
            return otherwise

    def table(self, value: object, where: str, known: Collection[str] | None = None) -> dict[str, Any]:
        """A table whose names are known."""
        if not isinstance(value, dict):
            self.bad(WRONG_SHAPE, where, example=f"[{where}]")
        unknown = [] if known is None else [name for name in value if name not in known]
        for name in unknown:
            choices = {"choices": ", ".join(sorted(known or ()))}
            self.complaints.append(self._complaint(NO_SUCH_NAME, f"{where}.{name}".lstrip("."), choices))
        return {name: part for name, part in value.items() if name not in unknown}

    def text(self, value: object, where: str) -> str:
        """A text."""
        if not isinstance(value, str):
            self.bad(WRONG_SHAPE, where, example='"…"')
        return value

    def one_of(self, value: object, where: str, known: Collection[str]) -> str:
        """One of some words."""
        text = self.text(value, where)
        if text not in known:
            self.bad(NOT_POSSIBLE, where, value=text, choices=", ".join(sorted(known)))
        return text

    def texts(self, value: object, where: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not values:
            self.bad(WRONG_SHAPE, where, example='["…", "…"]')
        return tuple(self.text(one, where) for one in values)

    def path(self, value: object, where: str) -> tuple[str, ...]:
        """The steps to a place on the wire."""
        return tuple(self.text(value, where).split("."))

    def map(self, value: object, where: str, choices: Collection[str] | None) -> dict[str, str]:
        """A table of codes and what they mean."""
        found = {
            code: self.text(meant, f"{where}.{code}") for code, meant in self.table(value, where).items()
        }
        for code, meant in found.items():
            if choices is not None:
                self.one_of(meant, f"{where}.{code}", choices)
        return found


def steps(reader: File, said: object, where: str) -> tuple[Step, ...]:
    """A way of opening: words such as “json”, “pick a.b.0”, “sm2”."""
    found = []
    for text in reader.texts(said, where):
        name, _, about = text.partition(" ")
        reader.one_of(name, where, STEPS)
        if name in NEED_A_WORD and not about:
            reader.bad(NOT_COMPLETE, where, example=f'"{name} …"')
        found.append(Step(name, about))
    return tuple(found)


def opening(reader: File, said: object, where: str) -> tuple[Step, ...]:
    """The way of opening a message; raises `Refused` where one step cannot take what the one before it gives."""
    found = steps(reader, said, where)
    reader.one_of(found[0].name, where, OUTERMOST)
    for one, step in pairwise(found):
        if step.name in FROM_BYTES and one.name not in GIVE_BYTES:
            reader.bad(NOT_COMPLETE, where, example=f'"base64", "{step}"')
        if step.name in OUTERMOST - {"json", "xml"}:
            reader.bad(NOT_POSSIBLE, where, value=str(step), choices=", ".join(sorted(STEPS - OUTERMOST)))
    return found
