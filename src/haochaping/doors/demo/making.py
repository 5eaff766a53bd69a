"""Cases and reviews of the fictional province, day by day: when people come, who speaks, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from haochaping.cases.rules import identity_check
from haochaping.doors.demo import names
from haochaping.doors.demo.places import BAD_AT_WINDOW, TROUBLED_WINDOW
from haochaping.doors.demo.texts import NAMED, THEMES, complaint, praise
from haochaping.exchange.terms import Raw
from haochaping.kernel.periods import BEIJING
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from haochaping.doors.demo.places import Offer, Spot

# How many come on a Monday … Sunday, and in January … December, compared with an ordinary day.
_WEEKDAYS = (1.25, 1.1, 1.0, 0.98, 0.95, 0.14, 0.08)
_MONTHS = (0.9, 0.62, 1.16, 1.06, 0.95, 1.08, 1.03, 0.98, 1.18, 0.84, 1.06, 1.12)
# Days without an open window (month, day): new year, labour day, national day.
_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))})
_GROWTH = 0.2
_WEEKEND = 5
_TWO_SERVICES, _WAITED, _BY_APP, _ENTERPRISES = 0.06, 0.5, 0.4, 0.22
_HOURS = (26, 51, 75, 120)
_BAD_TEXT, _GOOD_TEXT = 0.85, 0.03
_NAMES_SOMEBODY = 0.06
# How a review comes, by where the service took place: (entrance, channel, what the sender claims), and how often.
type _Way = tuple[Entrance, str, str]
_DEFAULT: _Way = (Entrance.CLIENT, "pc", "default_system")
_UNSIGNED: _Way = (Entrance.UNSIGNED, "hall_pad", "")
_OLD_FILE: _Way = (Entrance.FILE, "pc", "")
_AT_WINDOW: dict[_Way, float] = {
    (Entrance.CLIENT, "hall_pad", "active_onsite_device"): 46,
    (Entrance.TOKEN, "qr_code", ""): 24,
    (Entrance.TOKEN, "sms", ""): 13,
    (Entrance.TOKEN, "mobile", ""): 7,
    (Entrance.CLIENT, "hall_terminal", "active_onsite_device"): 4,
    (Entrance.PAPER, "hall_terminal", ""): 2,
    _DEFAULT: 2,
    _UNSIGNED: 1.5,
    _OLD_FILE: 0.5,
}
_ONLINE: dict[_Way, float] = {
    (Entrance.TOKEN, "mobile", ""): 50,
    (Entrance.TOKEN, "pc", ""): 28,
    (Entrance.TOKEN, "sms", ""): 17,
    _DEFAULT: 3,
    _OLD_FILE: 2,
}
_BY_PHONE: dict[_Way, float] = {
    (Entrance.CLIENT, "phone", "hotline_call_back"): 70,
    (Entrance.TOKEN, "sms", ""): 30,
}
_BY_NOBODY = frozenset({_DEFAULT, _OLD_FILE})
_SLOW_CHANNELS = frozenset({"sms", "mobile", "pc"})
_DAYS_LATER = (0, 0, 0, 1, 1, 2, 3, 6)


def weight_of(day: date, share: float) -> float:
    """How many come on a day, compared with an ordinary one; `share` of the whole period has passed."""
    if (day.month, day.day) in _HOLIDAYS:
        return 0.05
    return _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * (1 + _GROWTH * share)


@dataclass(slots=True)
class Maker:
    """Makes one part of the province's cases: those of the given offers, numbered in the order in which they come.

    `bad_factor` makes dissatisfaction more frequent than it would be: for worlds so small that none would be seen.
    """

    dice: random.Random
    mark: str
    offers: Sequence[Offer]
    codes: Mapping[int, Sequence[str]]
    bad_factor: float = 1.0
    made: int = 0
    _sums: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._sums = list(accumulate(offer.weight for offer in self.offers))

    def cases(self, day: date, count: int, *, until: datetime) -> list[Service]:
        """That many completed cases of a day, none later than `until`."""
        chosen = self.dice.choices(self.offers, cum_weights=self._sums, k=count)
        begin = datetime.combine(day, time(8, 50), BEIJING)
        last = max(int((min(until, begin + timedelta(hours=9)) - begin).total_seconds()) // 60, 1)
        return [
            self.case(offer, begin + timedelta(minutes=int(self.dice.random() * last))) for offer in chosen
        ]

    def case(self, offer: Offer, done: datetime) -> Service:
        """One case of an offer that is completed at a moment."""
        dice = self.dice
        self.made += 1
        spot, source, where = self._place(offer, done)
        twice, waited = dice.random() < _TWO_SERVICES, dice.random() < _WAITED
        began = done - timedelta(hours=dice.choice(_HOURS)) if twice or waited else done
        steps = [("办结", "delivery", done)]
        if twice:
            steps = [("提交申请", "intake", began), ("领取结果", "delivery", done)]
        fields: dict[str, object] = {
            "source": source,
            "case_no": f"{self.mark}{done:%Y%m%d}{self.made:06}",
            "item": dice.choice(offer.codes),
            "agency": offer.agency,
            "division": spot.division if spot else offer.city,
            "status": "completed",
            "kind": "immediate" if began == done else "committed",
            "applied_at": began.isoformat(),
            "accepted_at": began.isoformat(),
            "completed_at": done.isoformat(),
            "promised_limit": "5 working_day",
            "trips": dice.choice((1, 1, 1, 2)) if where["window"] else 0,
            "applicant": {"kind": "enterprise"} if dice.random() < _ENTERPRISES else a_person(dice),
            "occurrences": [
                {"no": k, "name": name, "stage": stage, "at": at.isoformat(), **where}
                for k, (name, stage, at) in enumerate(steps, start=1)
            ],
        }
        return Service(fields, offer, where["hall"], where["window"], source, len(steps), done)

    def _place(self, offer: Offer, done: datetime) -> tuple[Spot | None, str, dict[str, str]]:
        """Where and how a service takes place: the spot, the sender's code, and how the occurrence tells it."""
        dice, platforms = self.dice, names.PLATFORMS[offer.city]
        staff = self.made % names.STAFF_PER_AGENCY + 1
        where = {"channel": "hotline", "hall": "", "window": "", "staff": f"S{staff}"}
        if not offer.spots:
            return None, platforms["hotline"], where
        spot = dice.choice(offer.spots)
        if dice.random() < offer.online or done.weekday() >= _WEEKEND:
            # The province's app takes its share.
            by_app = dice.random() < _BY_APP
            where |= {"channel": "mobile" if by_app else "web", "staff": ""}
            return spot, names.APP[0] if by_app else platforms["online"], where
        where["channel"] = "window"
        if spot.windows:
            window = dice.choice(spot.windows)
            staff = int(window[1:]) % names.STAFF_PER_AGENCY + 1
            where |= {"hall": spot.hall, "window": window, "staff": f"S{staff}"}
        return spot, platforms["hall"], where

    def reviews(self, services: Sequence[Service]) -> list[Said]:
        """What the people of these cases say, those of them who say anything."""
        return [self._said(one) for one in services if self.dice.random() < one.offer.reviewed]

    def _said(self, service: Service) -> Said:
        dice = self.dice
        ways = _AT_WINDOW if service.window else _ONLINE if service.offer.spots else _BY_PHONE
        way = dice.choices(list(ways), list(ways.values()))[0]
        entrance, channel, claim = way
        level, codes, words = self._opinion(service) if way not in _BY_NOBODY else (4 if claim else 5, [], "")
        # Who is at the window says it at once, who is asked by message sooner or later.
        days = dice.choice(_DAYS_LATER) if channel in _SLOW_CHANNELS else 0
        at = service.done + timedelta(days=days, minutes=dice.randint(2, 40))
        fields = {
            "source": service.source,
            "case_no": service.fields["case_no"],
            "occurrence_no": service.last,
            "rating_value": level,
            "indicator_codes": codes,
            "comment_text": words,
            "channel": channel,
            "assessed_at": at.isoformat(),
            "claimed_provenance": claim,
        }
        return Said(entrance, at, Raw(fields))

    def _opinion(self, service: Service) -> tuple[int, list[str], str]:
        """Level, indicator codes and words of one person."""
        dice, offer = self.dice, service.offer
        at_fault = (service.hall, service.window) == TROUBLED_WINDOW
        if dice.random() >= max(offer.bad, BAD_AT_WINDOW if at_fault else 0) * self.bad_factor:
            level = dice.choices((5, 4, 3), (66, 26, 8))[0]
            codes = dice.sample(self.codes[level], dice.choice((0, 1, 1, 2)))
            return level, codes, praise(dice, offer.name) if dice.random() < _GOOD_TEXT else ""
        level = dice.choice((1, 2, 2))
        theme = offer.theme or ("manner" if at_fault else dice.choice(list(THEMES)))
        words = ""
        if dice.random() < _NAMES_SOMEBODY:
            words = NAMED
        elif dice.random() < _BAD_TEXT:
            words = complaint(dice, theme, offer.name)
        return level, [dice.choice(THEMES[theme].codes[level])], words


@dataclass(frozen=True, slots=True)
class Service:
    """A case as it is sent, and what its review depends on."""

    fields: dict[str, object]
    offer: Offer
    hall: str
    window: str
    source: str
    last: int
    done: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A review as it is sent, through which door and when."""

    entrance: Entrance
    at: datetime
    raw: Raw


def a_person(dice: random.Random) -> dict[str, object]:
    """An invented person as an applicant is told."""
    born = dice.randint(1945, 2006)
    name = dice.choice(names.FAMILY_NAMES) + dice.choice(names.GIVEN_NAMES)
    phone = f"1390000{dice.randint(0, 9999):04}"
    number = f"990101{born}0101{dice.randint(0, 9999) // 10:03}"
    return {
        "name": name,
        "phone": phone,
        "certificate_type": "111",
        "certificate_no": number + identity_check(number),
        "birth_year": born,
    }
