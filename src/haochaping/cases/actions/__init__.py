"""办件 writes: one way in, set-wise, idempotent by (platform, case number)."""

from haochaping.cases.actions.intake import TakenIn, take_in
from haochaping.cases.actions.persons import know_applicants

__all__ = ["TakenIn", "know_applicants", "take_in"]
