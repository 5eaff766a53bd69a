"""The fictional directory: rows as people write them, and what each service item is like to those who need it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from haochaping.directory.terms import Kind
from haochaping.doors.demo import names

type Rows = list[dict[str, str]]

# Troubled items (agency, item): how often a review of them is bad, and over what.
TROUBLED = {
    ("990102000000_01", "户外广告设置许可"): (0.09, "papers"),
    ("990100000000_03", "不动产转移登记"): (0.05, "late"),
    ("990202000000_04", "异地就医备案"): (0.06, "online"),
    ("990203000000_03", "宅基地登记"): (0.11, "trips"),
    ("990200000000_05", "出入境证件办理"): (0.05, "queue"),
}
_BAD = 0.0021
# One window where people are treated badly, whatever they come for.
TROUBLED_WINDOW = ("SG-H2", "W5")
BAD_AT_WINDOW = 0.06
# How readily the people of a county speak up, as a share of its cases.
_SPEAKING = {
    "9900": 0.17,
    "9901": 0.24,
    "990101": 0.26,
    "990102": 0.23,
    "990103": 0.15,
    "990104": 0.12,
    "9902": 0.21,
    "990201": 0.24,
    "990202": 0.2,
    "990203": 0.1,
}
# Agencies that leave their orders lying.
SLOW = frozenset({"990203000000_03", "990200000000_05", "990104000000_02"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a service takes place: a division, and windows of a hall if there is one."""

    division: str
    hall: str
    windows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A service item as its agency offers it: the codes people apply under, and what is to be expected of it.

    `weight` says how many need it, `reviewed` how many of them speak, `bad` how many of those are dissatisfied and
    `theme` over what ("" when over anything).
    """

    codes: tuple[str, ...]
    name: str
    agency: str
    city: str
    spots: tuple[Spot, ...]
    online: float
    weight: float
    reviewed: float
    bad: float
    theme: str


def divisions() -> list[tuple[str, str]]:
    """Code and name of every division, from the province down to villages."""
    rows = [names.PROVINCE, *names.CITIES, *names.COUNTIES.items()]
    villages = iter(names.VILLAGES)
    for county, towns in names.TOWNS.items():
        for n, town in enumerate(towns, start=1):
            stem = f"{county[:6]}{n:03}"
            rows.append((f"{stem}000", town))
            rows += [(f"{stem}{k:03}", next(villages)) for k in range(1, 4)]
    return rows


def _agencies() -> list[tuple[str, str, int]]:
    """(division, department, number) of every agency."""
    found = [
        (names.PROVINCE[0], department, n) for n, department in enumerate(names.PROVINCE_DEPARTMENTS, start=1)
    ]
    for city, _ in names.CITIES:
        found += [(city, d, n) for n, d in enumerate((*names.DEPARTMENTS, names.HOTLINE), start=1)]
    for county in names.COUNTIES:
        some = names.DEPARTMENTS[: names.COUNTY_DEPARTMENTS]
        found += [(county, department, n) for n, department in enumerate(some, start=1)]
    return found + [(town, "便民服务中心", 1) for town in names.SERVICE_TOWNS]


def _items_of(division: str, department: str) -> tuple[str, ...]:
    """A county's agency carries out fewer items than its city's."""
    items = names.ITEMS[department]
    return items[:6] if division in names.COUNTIES else items


def rows() -> dict[Kind, Rows]:
    """The whole directory, kind by kind, in the order in which they can be put."""
    name_of = dict(divisions())
    agencies: Rows = []
    items: Rows = []
    staff: Rows = []
    for division, department, n in _agencies():
        code = f"{division}_{n:02}"
        agencies.append({"code": code, "name": name_of[division] + department, "division": division})
        items += _item_rows(division, department, n)
        staff += [
            {"code": f"S{k}", "name": f"工作人员{k}", "agency": code}
            for k in range(1, names.STAFF_PER_AGENCY + 1)
        ]
    agencies += [{"code": code, "name": name, "division": names.CITY[0]} for code, name in names.OFFICES]
    halls = [(code, name_of[division], division) for division, (code, _) in names.HALLS.items()]
    return {
        Kind.DIVISIONS: [{"code": code, "name": name} for code, name in divisions()],
        Kind.AGENCIES: agencies,
        Kind.ITEMS: items,
        Kind.PLATFORMS: _platforms(name_of),
        Kind.HALLS: [{"code": c, "name": f"{name}政务服务中心", "division": d} for c, name, d in halls],
        Kind.WINDOWS: [
            {"code": window, "name": f"综合窗口{window[1:]}号", "hall": code}
            for code, _, division in halls
            for window in _windows(division)
        ],
        Kind.DEVICES: [row for code, name, division in halls for row in _devices(code, name, division)],
        Kind.STAFF: staff,
    }


def _item_rows(division: str, department: str, n: int) -> Rows:
    agency, rows = f"{division}_{n:02}", []
    for k, name in enumerate(_items_of(division, department), start=1):
        row = {
            "code": item_code(division, n, k),
            "name": name,
            "item_type": names.ITEM_TYPES.get(department, "20"),
            "agency": agency,
        }
        rows.append(row)
        if k == 1 and _has_handling(division, n):
            rows += [
                row | {"code": f"{row['code']}{m:02}", "name": name + words, "parent": row["code"]}
                for m, words in enumerate(names.HANDLING, start=1)
            ]
    return rows


def item_code(division: str, agency: int, item: int) -> str:
    """The 31 characters of an item's code."""
    return f"{division}{agency:02}{item:02}".ljust(31, "0")


def _has_handling(division: str, agency: int) -> bool:
    """Whether the first item of an agency is divided into handling items."""
    return agency == 1 or division == names.CITY[0]


def _platforms(name_of: dict[str, str]) -> Rows:
    rows = [{"code": names.APP[0], "name": names.APP[1], "division": names.PROVINCE[0]}]
    for city, codes in names.PLATFORMS.items():
        rows += [
            {"code": code, "name": name_of[city] + names.PLATFORM_NAMES[kind], "division": city}
            for kind, code in codes.items()
        ]
    return rows


def _windows(division: str) -> list[str]:
    return [f"W{n}" for n in range(1, names.HALLS[division][1] + 1)]


def _devices(hall: str, name: str, division: str) -> Rows:
    """An evaluator at each window, a terminal and a sign with a QR code in the hall."""
    return [
        *(
            {
                "code": f"{hall}-{window}-P",
                "name": "评价器",
                "device_type": "evaluator",
                "hall": hall,
                "window": window,
            }
            for window in _windows(division)
        ),
        {"code": f"{hall}-T", "name": f"{name}自助终端", "device_type": "kiosk", "hall": hall, "window": ""},
        {
            "code": f"{hall}-Q",
            "name": f"{name}评价二维码",
            "device_type": "qr_sign",
            "hall": hall,
            "window": "",
        },
    ]


@cache
def offers() -> tuple[Offer, ...]:
    """Every service item that people apply for."""
    found = []
    for division, department, n in _agencies():
        agency = f"{division}_{n:02}"
        spots = _spots(division, n)
        for k, name in enumerate(_items_of(division, department), start=1):
            code = item_code(division, n, k)
            handling = (f"{code}01", f"{code}02") if k == 1 and _has_handling(division, n) else ()
            bad, theme = TROUBLED.get((agency, name), (_BAD, ""))
            found.append(
                Offer(
                    codes=(code, code, code, *handling),
                    name=name,
                    agency=agency,
                    city=division[:4].ljust(12, "0") if division != names.PROVINCE[0] else names.CITY[0],
                    spots=() if department == names.HOTLINE else spots,
                    online=0.25 + 0.08 * ((n + k) % 6),
                    weight=(3.0 if theme else 1.0) * _size(division) / (k + 1) ** 0.7,
                    reviewed=_SPEAKING[_seat(division)],
                    bad=bad,
                    theme=theme,
                )
            )
    return tuple(found)


def _seat(division: str) -> str:
    """The county or city whose people are served."""
    county = division[:6]
    return county if f"{county}000000" in names.COUNTIES else division[:4]


def _size(division: str) -> float:
    if division == names.PROVINCE[0]:
        return 0.5
    if division in names.PLATFORMS:
        return 1.6
    return 1.0 if division in names.COUNTIES else 0.4


def _spots(division: str, agency: int) -> tuple[Spot, ...]:
    """Where an agency serves: two of three times in its hall, else in the towns and villages of its county."""
    own = Spot(division, "", ())
    if division in names.HALLS:
        windows = _windows(division)
        share = max(len(windows) // 8, 2)
        first = (agency - 1) * share % len(windows)
        own = Spot(division, names.HALLS[division][0], tuple(windows[first : first + share]))
    if division not in names.COUNTIES:
        return (own,)
    below = [code for code, _ in divisions() if code.startswith(division[:6]) and code != division]
    halls = [
        Spot(code, names.HALLS[code][0], ("W5", "W6")) if code in names.HALLS else Spot(code, "", ())
        for code in below
    ]
    return (*[own] * (2 * len(halls)), *halls)
