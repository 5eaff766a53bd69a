"""Sentences of reviews with their personal data marked: `{name:张三}态度很好`. All persons, numbers and places are invented.

`sentences.txt` is made by this program (`python -m tests.publicity.sentences`), the same at every run; `sentences_hard.txt`
is written by hand. Every third template, every third given name and every third hard line belong to the part that is held
out: the rules were never adjusted to it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from haochaping.publicity.terms import PersonalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
_MADE = 1756  # with the hard ones, 2,000
_SEED = 20261130
_MARK = re.compile(r"\{(\w+):([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its true spans, as (start, end, kind), and to which part it belongs."""

    text: str
    spans: tuple[tuple[int, int, PersonalKind], ...]
    hard: bool
    held_out: bool


def sentences() -> list[Sentence]:
    """All of them, the made ones first."""
    return [*_read("sentences.txt", hard=False), *_read("sentences_hard.txt", hard=True)]


def _read(name: str, *, hard: bool) -> Iterator[Sentence]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(line for line in lines if line and not line.startswith("#")):
        marked, held_out = (line, place % 3 == 2) if hard else (line[2:], line[0] == "=")
        text, spans, at = "", [], 0
        for mark in _MARK.finditer(marked):
            text += marked[at : mark.start()]
            spans.append((len(text), len(text) + len(mark[2]), PersonalKind(mark[1])))
            text += mark[2]
            at = mark.end()
        yield Sentence(text + marked[at:], tuple(spans), hard, held_out)


_LISTS: dict[str, list[str]] = tomllib.loads((HERE / "sentences.toml").read_text(encoding="utf-8"))
_FAMILIES = "".join(_LISTS["families"])


class _Maker:
    """Draws what fills a template; what is drawn is marked with its kind."""

    def __init__(self, seed: int, given: list[str]) -> None:
        self.draw = Random(seed)  # noqa: S311 - the same sentences again
        self.given = given
        self.makers: dict[str, Callable[[], str]] = {
            name.removeprefix("_make_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("_make_")
        }

    def filled(self, template: str) -> str:
        return re.sub(r"<(\w+)>", lambda found: self.makers[found[1]](), template)

    def _digits(self, count: int) -> str:
        return "".join(self.draw.choice("0123456789") for _ in range(count))

    def _family(self) -> str:
        return (
            self.draw.choice(_LISTS["compound"]) if self.draw.random() < 0.03 else self.draw.choice(_FAMILIES)
        )

    def _make_name(self) -> str:
        if self.draw.random() < 0.03:
            return f"{{name:{self.draw.choice(_LISTS['sounding'])}}}"
        return f"{{name:{self._family()}{self.draw.choice(self.given)}}}"

    def _make_titled(self) -> str:
        return f"{{name:{self._family()}}}{self.draw.choice(_LISTS['titles'])}"

    def _make_called(self) -> str:
        return f"{{name:{self.draw.choice('小老')}{self.draw.choice('王李张刘陈杨赵吴周徐孙朱郭罗郑梁谢宋唐许韩')}}}"

    def _make_family(self) -> str:
        return f"{{name:{self._family()}}}"

    def _make_tail(self) -> str:
        return f"{{number:{self._digits(4)}}}"

    def _mobile(self) -> str:
        return f"1{self.draw.choice(['39', '58', '77', '86'])}0000{self._digits(4)}"

    def _make_phone(self) -> str:
        one = self._mobile()
        apart = one[:3], one[3:7], one[7:]
        return f"{{phone:{self.draw.choice([one, one, one, '-'.join(apart), ' '.join(apart)])}}}"

    def _make_spelled(self) -> str:
        ways = "零一二三四五六七八九", "〇一二三四五六七八九", "洞幺两三四五六拐八勾", "零壹贰叁肆伍陆柒捌玖"
        said = self.draw.choice(ways)
        return f"{{phone:{''.join(said[int(digit)] for digit in self._mobile())}}}"

    def _make_landline(self) -> str:
        number = f"6{self._digits(6)}"
        area = self.draw.choice(["0990-", "0991", ""])
        extension = self.draw.choice(["", "", f"转{self._digits(3)}", f"转{self._digits(2)}"])
        return f"{{phone:{area}{number}{extension}}}"

    def _day(self, first: int, last: int) -> str:
        return f"{self.draw.randint(first, last)}{self.draw.randint(1, 12):02}{self.draw.randint(1, 28):02}"

    def _make_identity(self) -> str:
        body = f"99{self._digits(4)}19{self._day(40, 99)}{self._digits(3)}"
        check = "10X98765432"[
            sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body)) % 11
        ]
        return f"{{identity:{body}{self.draw.choice([check, check.lower()])}}}"

    def _make_old_identity(self) -> str:
        return f"{{identity:99{self._digits(4)}{self._day(30, 79)}{self._digits(3)}}}"

    def _make_card(self) -> str:
        body = f"629999{self._digits(self.draw.choice([9, 12]))}"
        doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
        number = f"{body}{-sum(sum(divmod(one, 10)) for one in doubled) % 10}"
        spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
        return f"{{card:{self.draw.choice([number, spaced])}}}"

    def _make_credit_code(self) -> str:
        signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        office = self.draw.choice(["990100", "990203"])
        body = f"91{office}MA{self._digits(1)}{''.join(self.draw.choice(signs) for _ in range(6))}"
        total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
        return f"{{credit_code:{body}{signs[-total % 31]}}}"

    def _make_plate(self) -> str:
        letter, rest = self.draw.choice("ABCDE"), self._digits(4)
        return f"{{plate:云{letter}{self.draw.choice(['', '·', ' '])}{self.draw.choice('ABCFGHK')}{rest}}}"

    def _make_green_plate(self) -> str:
        return f"{{plate:云{self.draw.choice('ABCDE')}{self.draw.choice('DF')}{self._digits(5)}}}"

    def _make_address(self) -> str:
        draw = self.draw
        number, small, entrance = draw.randint(1, 300), draw.randint(1, 30), draw.randint(1, 4)
        road, estate, village = (
            draw.choice(_LISTS["roads"]),
            draw.choice(_LISTS["estates"]),
            draw.choice(_LISTS["villages"]),
        )
        county = draw.choice(_LISTS["counties"])
        before = draw.choice(["", "", county, draw.choice(_LISTS["cities"]) + county])
        door = draw.choice(
            [
                f"{road}{number}号",
                f"{road}{number}号{small}栋{entrance}单元{small}02室",
                f"{road}{number}弄{small}号",
                f"{estate}{small}栋{small}03",
                f"{estate}{small}号楼{entrance}单元{small}01室",
                f"{estate}{small}-{entrance}-{small}01",
                f"{draw.choice(_LISTS['towns'])}{village}{draw.choice('一二三四五六七八九')}组",
                f"{village}{small}号",
                f"{draw.choice(_LISTS['streets'])}{estate}{small}幢",
            ]
        )
        return f"{{address:{before}{door}}}"

    def _word(self) -> str:
        return self.draw.choice(["bailu", "yunshan", "qingshi", "lvzhou", "xiaoman", "songtao", "wanfeng"])

    def _make_wechat(self) -> str:
        word, number = self._word(), self._digits(4)
        return (
            f"{{account:{self.draw.choice([f'{word}_{number}', f'{word}{number}', f'wxid_{word}{number}'])}}}"
        )

    def _make_qq(self) -> str:
        return f"{{account:99{self._digits(self.draw.choice([5, 7]))}}}"

    def _make_mail(self) -> str:
        word, sign, end = (
            self._word(),
            self.draw.choice(["", ".", "_"]),
            self.draw.choice(["com", "cn", "org"]),
        )
        return f"{{mail:{word}{sign}{self._digits(2)}@example.{end}}}"


def _made() -> Iterator[str]:
    """Lines of the file: `= ` before those that are held out, `- ` before the others."""
    parts = {
        mark: (
            [line for place, line in enumerate(_LISTS["templates"]) if (place % 3 == 2) == held_out],
            _Maker(
                _SEED + held_out,
                [one for place, one in enumerate(_LISTS["given"]) if (place % 3 == 2) == held_out],
            ),
        )
        for mark, held_out in (("-", False), ("=", True))
    }
    for place in range(_MADE):
        mark = "=" if place % 3 == 2 else "-"
        templates, maker = parts[mark]
        template = templates[place // 3 % len(templates)]
        before = maker.draw.choice(_LISTS["before"]) if place % 5 == 0 else ""
        behind = maker.draw.choice(_LISTS["behind"]) if place % 8 else ""
        yield f"{mark} {before}{maker.filled(template)}{behind}"


def text() -> str:
    """The file of the made sentences."""
    return "".join(f"{line}\n" for line in _made())


if __name__ == "__main__":
    (HERE / "sentences.txt").write_text(text(), encoding="utf-8")
