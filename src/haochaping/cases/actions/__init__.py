"""办件 writes: one way in, set-wise, idempotent by (platform, case number)."""

from haochaping.cases.actions.intake import TakenIn, take_in
from haochaping.cases.actions.persons import know_applicants
from haochaping.cases.actions.standing import hold_still, move_alone

__all__ = ["TakenIn", "hold_still", "know_applicants", "move_alone", "take_in"]
