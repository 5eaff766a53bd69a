"""规则库 writes: profiles, who follows which, the calendar and its overlay. Rows are added, none is overwritten.

Only the days of the national calendar change in place, and only those to come: the ledger keeps what they said.
"""

from haochaping.rulebook.actions.calendar import assume_days, declare_day, import_year, withdraw_day
from haochaping.rulebook.actions.profiles import assign_profile, confirm_profile, make_profile, set_value
from haochaping.rulebook.actions.shipped import install

__all__ = [
    "assign_profile",
    "assume_days",
    "confirm_profile",
    "declare_day",
    "import_year",
    "install",
    "make_profile",
    "set_value",
    "withdraw_day",
]
