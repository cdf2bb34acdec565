"""Tables of the works: tasks, plans, what was issued and done."""

from ..costs.models import TaskLine
from ..crossing.models import Closing, WayOn
from ..diary.models import ChangeOrder, Check, CheckResult, Defect, DiaryEntry, MaterialUsed, SitePhoto
from ..handover.models import Asset, Commissioning, HandoverPaper
from ..methods.models import (
    BuildElement,
    BuildMethod,
    ElementTask,
    Factor,
    Ingredient,
    MethodChoice,
    MethodFile,
    MethodLine,
    MethodTrial,
)
from ..planner.models import PlanJob, PlanMilestone, WhatIf
from ..schedule.models import Clearance, ClearanceNeed, ScheduleChange, ScheduleFile, SiteRest, WorkPart
from ..survey.models import Building, Element, Observation, SurveyFile, SurveyRow, SurveyRules
from .plans import PlanRun
from .tasks import Dependency, Machine, Task, TaskMaterial, WorkCalendar
from .work import Issue, Progress

__all__ = [
    "Asset",
    "BuildElement",
    "BuildMethod",
    "Building",
    "ChangeOrder",
    "Check",
    "CheckResult",
    "Clearance",
    "ClearanceNeed",
    "Closing",
    "Commissioning",
    "Defect",
    "Dependency",
    "DiaryEntry",
    "Element",
    "ElementTask",
    "Factor",
    "HandoverPaper",
    "Ingredient",
    "Issue",
    "Machine",
    "MaterialUsed",
    "MethodChoice",
    "MethodFile",
    "MethodLine",
    "MethodTrial",
    "Observation",
    "PlanJob",
    "PlanMilestone",
    "PlanRun",
    "Progress",
    "ScheduleChange",
    "ScheduleFile",
    "SitePhoto",
    "SiteRest",
    "SurveyFile",
    "SurveyRow",
    "SurveyRules",
    "Task",
    "TaskLine",
    "TaskMaterial",
    "WayOn",
    "WhatIf",
    "WorkCalendar",
    "WorkPart",
]
