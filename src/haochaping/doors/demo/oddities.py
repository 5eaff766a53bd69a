"""What goes wrong in the fictional province: records that nobody could take."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.doors.demo import names
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    from datetime import datetime


def quarantine(now: datetime) -> None:
    """Reviews of cases that never came, levels and codes that are none, an item nobody knows."""
    at = now - timedelta(hours=30)
    hall, online = names.PLATFORMS[names.CITY[0]]["hall"], names.PLATFORMS[names.OTHER_CITY[0]]["online"]
    review = {
        "source": hall,
        "occurrence_no": 1,
        "rating_value": 5,
        "channel": "hall_pad",
        "assessed_at": (at - timedelta(minutes=5)).isoformat(),
        "claimed_provenance": "active_onsite_device",
    }
    wrong: list[dict[str, object]] = [
        {"case_no": "YC-LOST-0001"},
        {"case_no": "YC-LOST-0002", "rating_value": 2, "indicator_codes": ["209"]},
        {"case_no": "SG-LOST-0001", "source": online, "channel": "pc"},
        {"case_no": "YC-LOST-0003", "rating_value": 9},
        {"case_no": "YC-LOST-0004", "rating_value": 0},
        {"case_no": "YC-LOST-0005", "assessed_at": "昨天下午"},
        {"case_no": "SG-LOST-0002", "source": online, "channel": "wechat"},
    ]
    receive_reviews([Raw(review | one) for one in wrong], entrance=Entrance.CLIENT, by=OPERATOR, now=at)
    case = {
        "source": hall,
        "case_no": "YC-ODD-0001",
        "item": "9909".ljust(31, "0"),
        "agency": names.CLERK_AGENCY,
        "division": names.CLERK_AGENCY.partition("_")[0],
        "status": "completed",
    }
    changed: list[dict[str, object]] = [{}, {"case_no": "YC-ODD-0002", "agency": "990199000000_01"}]
    take_in_cases([Raw(case | one) for one in changed], entrance=Entrance.CLIENT, by=OPERATOR, now=at)
