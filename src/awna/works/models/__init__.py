"""Tables of the works: tasks, plans, what was issued and done."""

from .plans import PlanRun
from .tasks import Dependency, Machine, Task, TaskMaterial, WorkCalendar
from .work import Issue, Progress

__all__ = ["Dependency", "Issue", "Machine", "PlanRun", "Progress", "Task", "TaskMaterial", "WorkCalendar"]
