"""The checker's own reckoning of working time, day by day from what a site says; the solvers have another."""

from .plan import Placement
from .problem import Method, Project, Task


def worked_slots(project: Project, task: Task, method: Method, placement: Placement) -> list[int]:
    """The slots of a placement in which the task's site works, day by day from its hours."""
    slots = list(range(placement.start, placement.finish))
    hours = next((site.hours for site in project.sites if site.id == task.site), None)
    calendar = project.calendar
    if hours is None or calendar is None:
        return slots
    worked = []
    for slot in slots:
        moment = calendar.starts_at(slot)
        part = slot % calendar.slots_per_day
        free_day = moment.weekday() in hours.rest_weekdays or moment.date() in hours.holidays
        season = any(season.first <= moment.date() <= season.last and part in season.closed for season in hours.seasons)
        too_hot = method.outdoor and part in hours.heat.get(str(moment.month), ())
        if not (free_day or season or too_hot):
            worked.append(slot)
    return worked
