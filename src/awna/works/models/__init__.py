"""Tables of the works: tasks, plans, what was issued and done."""

from ..diary.models import ChangeOrder, Check, CheckResult, Defect, DiaryEntry, MaterialUsed, SitePhoto
from ..planner.models import PlanJob, WhatIf
from ..schedule.models import Clearance, ClearanceNeed, ScheduleChange, ScheduleFile, SiteRest, WorkPart
from .plans import PlanRun
from .tasks import Dependency, Machine, Task, TaskMaterial, WorkCalendar
from .work import Issue, Progress

__all__ = [
    "ChangeOrder",
    "Check",
    "CheckResult",
    "Clearance",
    "ClearanceNeed",
    "Defect",
    "Dependency",
    "DiaryEntry",
    "Issue",
    "Machine",
    "MaterialUsed",
    "PlanJob",
    "PlanRun",
    "Progress",
    "ScheduleChange",
    "ScheduleFile",
    "SitePhoto",
    "SiteRest",
    "Task",
    "TaskMaterial",
    "WhatIf",
    "WorkCalendar",
    "WorkPart",
]
