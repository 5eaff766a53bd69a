"""整改 tables, by noun."""

from haochaping.rectification.models.appeals import Appeal, AppealDecision, AppealEvent
from haochaping.rectification.models.clocks import ClockEvent, Extension, ToldAlarm
from haochaping.rectification.models.dispatch import DispatchRule
from haochaping.rectification.models.faults import Fault, Reform, ReformEvent
from haochaping.rectification.models.handling import HELP_OPEN, LINE_LEFT, CoHandler, Evidence, Milestone
from haochaping.rectification.models.orders import (
    _OPEN,
    CONTACT_OPEN,
    RECTIFY_OPEN,
    Callback,
    OrderEvent,
    SolutionAnswer,
    TakenStep,
    WorkOrder,
)
from haochaping.rectification.models.projects import Project, ProjectOrder, ProjectTask
from haochaping.rectification.models.worklist import ListExport, OrderLook, SavedFilter

__all__ = [
    "CONTACT_OPEN",
    "HELP_OPEN",
    "LINE_LEFT",
    "RECTIFY_OPEN",
    "_OPEN",
    "Appeal",
    "AppealDecision",
    "AppealEvent",
    "Callback",
    "ClockEvent",
    "CoHandler",
    "DispatchRule",
    "Evidence",
    "Extension",
    "Fault",
    "ListExport",
    "Milestone",
    "OrderEvent",
    "OrderLook",
    "Project",
    "ProjectOrder",
    "ProjectTask",
    "Reform",
    "ReformEvent",
    "SavedFilter",
    "SolutionAnswer",
    "TakenStep",
    "ToldAlarm",
    "WorkOrder",
]
