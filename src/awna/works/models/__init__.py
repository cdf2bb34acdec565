"""Tables of the works: tasks, plans, what was issued and done."""

from ..diary.models import ChangeOrder, Check, CheckResult, Defect, DiaryEntry, MaterialUsed, SitePhoto
from ..planner.models import PlanJob, WhatIf
from .plans import PlanRun
from .tasks import Dependency, Machine, Task, TaskMaterial, WorkCalendar
from .work import Issue, Progress

__all__ = [
    "ChangeOrder",
    "Check",
    "CheckResult",
    "Defect",
    "Dependency",
    "DiaryEntry",
    "Issue",
    "Machine",
    "MaterialUsed",
    "PlanJob",
    "PlanRun",
    "Progress",
    "SitePhoto",
    "Task",
    "TaskMaterial",
    "WhatIf",
    "WorkCalendar",
]
