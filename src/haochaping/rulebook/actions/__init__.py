"""规则库 writes: profiles, who follows which, the calendar and its overlay. Rows are added, none is overwritten.

What changes a rule or a division's day takes two persons: it is proposed, then confirmed. Only the days of the national
calendar change in place, and only those to come: the ledger keeps what they said.
"""

from haochaping.rulebook.actions.calendar import assume_days, import_year
from haochaping.rulebook.actions.profiles import confirm_profile
from haochaping.rulebook.actions.proposals import confirm_change, propose, refuse_change, withdraw_change
from haochaping.rulebook.actions.shipped import install

__all__ = [
    "assume_days",
    "confirm_change",
    "confirm_profile",
    "import_year",
    "install",
    "propose",
    "refuse_change",
    "withdraw_change",
]
