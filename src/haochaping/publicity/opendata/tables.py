"""开放数据 tables: what is published as data, declared column by column; the one place where it is.

The data dictionary, the files, the API and its description are made of it. A change that takes a column away or gives it
another meaning raises `terms.VERSION`; a column more does not.
"""

from __future__ import annotations

from haochaping.insight.terms import FactKind
from haochaping.kernel.refused import N_
from haochaping.publicity.opendata.terms import Column, FactTable, Feature, FilterName, Grain, Table

DIVISION = Column(
    "division",
    "code",
    N_("Division"),
    N_("Code of the division, 12 digits; its name is in `divisions`."),
    "990102000000",
)
AGENCY = Column(
    "agency",
    "code",
    N_("Agency"),
    N_("Code of the agency, by itself without those below it; its name is in `agencies`."),
    "990102000000_EXAMPLE",
)
ITEM = Column(
    "item",
    "code",
    N_("Service item"),
    N_("Code of the service item; its name is in `items`."),
    "9901020000000000000000000000001",
)
LEVEL = Column(
    "level",
    "count",
    N_("Level"),
    N_("5 very satisfied, 4 satisfied, 3 basically satisfied, 2 dissatisfied, 1 very dissatisfied."),
    2,
)

HALL = Column(
    "hall",
    "code",
    N_("Hall"),
    N_(
        "Code of the hall in which it took place, of a review that in which it was given; empty for none. Its name is in `halls`."
    ),
    "YC-HALL",
)

# Where and when. A column more of the facts is one line more in `LATER`.
PLACE = (
    Grain(
        Column("day", "day", N_("Day"), N_("The day on which it counts, in Beijing time."), "2026-11-24"),
        "day",
    ),
    Grain(DIVISION, "division_id", "directory_division"),
    Grain(AGENCY, "agency_id", "directory_agency"),
    Grain(ITEM, "item_id", "directory_service_item"),
)
SAID = (
    Grain(
        Column("channel", "code", N_("Channel"), N_("By which channel the review was given."), "mobile"),
        "channel",
    ),
    Grain(LEVEL, "level"),
    Grain(
        Column(
            "provenance",
            "code",
            N_("Provenance"),
            N_(
                "How it is known that a person said this; what begins with active, and hotline_call_back, enters the rates."
            ),
            "active_self",
        ),
        "provenance",
    ),
)
# What came to the tables when they were read already stands behind the number: no column has moved.
LATER = (
    Grain(HALL, "hall_id", "directory_hall"),
    Grain(
        Column(
            "stage",
            "code",
            N_("Stage"),
            N_("Stage of the case that the service belongs to; empty where none is meant."),
            "intake",
        ),
        "stage",
    ),
)


def _facts(
    name: str,
    label: str,
    about: str,
    *,
    kinds: tuple[FactKind, ...],
    grain: tuple[Grain, ...],
    counted: Column,
    measures: tuple[str, ...],
) -> FactTable:
    columns = (*(one.column for one in grain), counted, *(one.column for one in LATER))
    filters: tuple[FilterName, ...] = ("division", "agency", "item", "period")
    return FactTable(name, label, about, columns, filters, kinds, (*grain, *LATER), measures)


def _kind(label: str, about: str, example: str) -> Grain:
    return Grain(Column("kind", "code", label, about, example), "kind")


REVIEWS = _facts(
    "reviews",
    N_("Reviews by day"),
    N_(
        "Reviews that stand, on the day they were given, with how they came. Never hidden, and new within a second."
    ),
    kinds=(FactKind.REVIEW,),
    grain=(*PLACE, *SAID),
    counted=Column("reviews", "count", N_("Reviews"), N_("How many."), 3),
    measures=("active_reviews", "bad_reviews", "unverified_reviews"),
)
SERVICES = _facts(
    "services",
    N_("Cases and services by day"),
    N_("What could be reviewed, and what its applicant did review: what participation is worked out from."),
    kinds=(FactKind.CASE, FactKind.OCCURRENCE, FactKind.REVIEWED),
    grain=(
        *PLACE,
        _kind(
            N_("What is counted"),
            N_(
                "case: cases; occurrence: services that could be reviewed; reviewed: those of them that were."
            ),
            "occurrence",
        ),
        SAID[-1],
    ),
    counted=Column("units", "count", N_("How many"), N_("Cases or services, as `kind` says."), 41),
    measures=("cases", "occurrences"),
)
EXCLUDED = _facts(
    "excluded",
    N_("Reviews excluded after an appeal"),
    N_(
        "Reviews that two persons of another organisation found mistaken or malicious, on the day they were given."
    ),
    kinds=(FactKind.MISTAKEN, FactKind.MALICIOUS),
    grain=(
        *PLACE,
        _kind(N_("Why"), N_("mistaken, or malicious on a proven fact."), "mistaken"),
        *SAID,
    ),
    counted=Column("reviews", "count", N_("Reviews"), N_("How many."), 1),
    measures=(),
)
_MEASURE = Column(
    "measure",
    "code",
    N_("Measure"),
    N_("Name of the measure, defined on the page /measures."),
    "rectification_rate",
)
FIGURES = Table(
    "figures",
    N_("Published figures by month"),
    N_(
        "Every published measure of each division with all below it: reviews, participation, work orders and putting right."
    ),
    (
        Column("month", "month", N_("Month"), N_("The month."), "2026-11"),
        DIVISION,
        _MEASURE,
        Column("numerator", "count", N_("Numerator"), N_("What was counted; empty while withheld."), 45),
        Column(
            "denominator",
            "count",
            N_("Denominator"),
            N_("Out of how many; empty for a count or while withheld."),
            50,
        ),
        Column(
            "value",
            "share",
            N_("Value"),
            N_("The count, or the share from 0 to 1; empty for a share of fewer than 30, or while withheld."),
            0.9,
        ),
        Column(
            "low",
            "share",
            N_("From"),
            N_("Where the share may well lie at 95 %; empty with the share."),
            0.7864,
        ),
        Column("high", "share", N_("To"), N_("The upper end of the same interval."), 0.9565),
        Column(
            "withheld",
            "code",
            N_("Withheld by"),
            N_("The rule of data quality that keeps the figure back, else empty."),
            "",
        ),
    ),
    ("division", "period"),
)
WITHHELD = Table(
    "withheld",
    N_("Figures not published for the time being"),
    N_(
        "Which measures are kept back where, for which days and by which rule. Rows of those days are left out above."
    ),
    (
        _MEASURE._replace(example="participation_rate"),
        DIVISION,
        Column("below", "yes_no", N_("And below"), N_("Whether divisions below it are meant as well."), "no"),
        Column("first_day", "day", N_("First day"), N_("First day, included."), "2026-11-01"),
        Column("last_day", "day", N_("Last day"), N_("Last day, included."), "2026-11-30"),
        Column("rule", "code", N_("Rule"), N_("Number of the rule of data quality."), "DQ-01"),
        Column("since", "moment", N_("Since"), N_("When it was found."), "2026-11-30T02:15:00+08:00"),
    ),
    ("division", "period"),
)
_MONTH = Column("month", "month", N_("Month"), N_("The month in which the reviews were given."), "2026-10")
_RAISED = N_("Empty where the number stands for all of them.")
APPLICANTS = Table(
    "applicants",
    N_("Reviews by who applied"),
    N_(
        "Reviews that people gave themselves, by what is known of the applicant. A place stands here only where no number under "
        "10 can be worked out, from this table and all published before; what is missing is in the place around it. Written "
        "once, a week after the month: what comes late is not added."
    ),
    (
        _MONTH,
        DIVISION._replace(
            about=N_("Code of the division with all below it; empty for all divisions together.")
        ),
        AGENCY._replace(
            about=N_(
                "Code of the agency’s part in the division. Empty where the number stands for all of them."
            )
        ),
        ITEM._replace(about=_RAISED),
        Column(
            "feature",
            "code",
            N_("Feature"),
            N_(
                "person: natural person or other; age: 60 and over or not known to be; agent: applied through an agent or not."
            ),
            "age",
        ),
        Column("value", "code", N_("Value"), N_("Which of the two."), "60_and_over"),
        Column("reviews", "count", N_("Reviews"), N_("How many, 10 at least."), 17),
    ),
    ("division", "agency", "item", "period"),
)
TEXTS = Table(
    "texts",
    N_("Released texts"),
    N_(
        "Words of reviewers and replies that two publishers have released, with names, numbers and addresses hidden. Weekly, "
        "a week after the review at the earliest, in no order. The place is as narrow as leaves at least 10 services of that "
        "week and of places, halls and stages with reviews of that level; a text for which none is wide enough is left out. A "
        "text that is taken down, or whose review is withdrawn or excluded, is gone at once, from the file within ten minutes."
    ),
    (
        Column(
            "week", "week", N_("Week"), N_("Monday of the week in which the review was given."), "2026-11-16"
        ),
        DIVISION._replace(
            about=N_("Code of the division, or of one above it; empty where not even that may be said.")
        ),
        AGENCY._replace(about=N_("Code of the agency; empty where it may not be said.")),
        ITEM._replace(about=N_("Code of the service item; empty where it may not be said.")),
        LEVEL,
        Column(
            "counted",
            "yes_no",
            N_("Enters the rates"),
            N_("Whether a person is known to have given it."),
            "yes",
        ),
        Column(
            "text",
            "text",
            N_("Text"),
            N_("The reviewer’s words as they were released; may be empty."),
            "跑了三趟才办好",
        ),
        Column(
            "reply",
            "text",
            N_("Reply"),
            N_("The agency’s reply as it was released; may be empty."),
            "已改为一次办结。",
        ),
    ),
    ("division", "agency", "item", "period"),
)
_NAME = Column("name", "text", N_("Name"), N_("Name."), "云城市示例区")
_FROM = Column("valid_from", "day", N_("Since"), N_("First day; empty where it is not known."), "2026-01-01")
_TO = Column("valid_to", "day", N_("Until"), N_("Last day; empty while it goes on."), None)
_CODE = Column("code", "code", N_("Code"), N_("Code, as other tables name it."), "990102000000")
DIVISIONS = Table(
    "divisions",
    N_("Divisions"),
    N_("The divisions of the directory."),
    (
        _CODE,
        _NAME,
        Column(
            "level",
            "count",
            N_("Level of the division"),
            N_("0 the nation, 1 province, 2 city, 3 county, 4 town, 5 village."),
            3,
        ),
        Column(
            "parent", "code", N_("Above"), N_("Code of the one next above; empty at the top."), "990100000000"
        ),
        _FROM,
        _TO,
    ),
    ("division",),
)
AGENCIES = Table(
    "agencies",
    N_("Agencies"),
    N_("The agencies of the directory."),
    (
        _CODE._replace(example="990102000000_EXAMPLE"),
        _NAME._replace(example="示例区政务服务局"),
        Column(
            "uscc", "code", N_("Credit code"), N_("Unified social credit code; empty where it has none."), ""
        ),
        DIVISION,
        Column("parent", "code", N_("Above"), N_("Code of the one next above; empty at the top."), ""),
        _FROM,
        _TO,
    ),
    ("division",),
)
HALLS = Table(
    "halls",
    N_("Service halls"),
    N_("The service halls of the directory."),
    (
        _CODE._replace(example=HALL.example),
        _NAME._replace(example="示例区政务服务中心"),
        DIVISION,
        _FROM,
        _TO,
    ),
    ("division",),
)
ITEMS = Table(
    "items",
    N_("Service items"),
    N_("The service items of the directory, each as one agency carries it out."),
    (
        _CODE._replace(example=ITEM.example),
        _NAME._replace(example="示例事项"),
        Column("item_type", "code", N_("Kind"), N_("Kind of item (GB/T 39046 A.1)."), "01"),
        AGENCY._replace(about=N_("Code of the agency that carries it out.")),
        Column(
            "parent",
            "code",
            N_("Part of"),
            N_("Code of the item it is a part of; empty where it is none."),
            "",
        ),
        _FROM,
        _TO,
    ),
    ("division",),
)
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        REVIEWS,
        SERVICES,
        EXCLUDED,
        FIGURES,
        WITHHELD,
        APPLICANTS,
        TEXTS,
        DIVISIONS,
        AGENCIES,
        ITEMS,
        HALLS,
    )
}
# Words can be taken down again: of them only what is out now is on the disk, of numbers every day's edition.
OF_DAY = tuple(table for table in TABLES.values() if table is not TEXTS)
FEATURES = (
    Feature("person", ("natural_person", "other")),
    Feature("age", ("60_and_over", "not_known_to_be")),
    Feature("agent", ("by_agent", "by_themselves")),
)
