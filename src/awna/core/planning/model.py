"""A project compiled to numbers for the schedulers: indices instead of names, levels per slot instead of dips."""

from dataclasses import dataclass
from functools import cached_property
from itertools import count, takewhile
from operator import sub

from .calendar import Clock, WorkTable, working_slots
from .plan import Placement, Plan, Seat
from .problem import SLOTS_MAX, Person, Precedence, PrecedenceKind, Project, Window
from .supply import arrivals

ALWAYS = 0  # the table of those who work in every slot
REST_STRETCH_MAX = 4  # times: how much rest rules may lengthen the axis


@dataclass(frozen=True)
class Way:
    """A method in numbers: duration, (resource, amount), (stock, quantity), one skill and lowest level per seat."""

    duration: int
    holds: tuple[tuple[int, int], ...]
    draws: tuple[tuple[int, int], ...]
    seats: tuple[str, ...]
    levels: tuple[int, ...] = ()
    gives: tuple[tuple[int, int], ...] = ()  # (stock, quantity) at the finish
    table: int = ALWAYS  # whose working slots the duration counts


@dataclass(frozen=True)
class Link:
    """One end of a precedence, seen from the other. Lags are slots; of a lag in hours, what it can be in slots at least or at most."""

    task: int
    kind: PrecedenceKind
    lag: int
    maximum: int | None = None
    lows: tuple[int, ...] | None = None  # of a lag in hours: for each boundary of the one before the first of the one after
    highs: tuple[int, ...] | None = None  # the same for the maximum: the last

    def low(self, reference: int) -> int:
        """The first boundary of the one after, given that of the one before."""
        return reference + self.lag if self.lows is None else self.lows[min(reference, len(self.lows) - 1)]

    def high(self, reference: int) -> int | None:
        """The last boundary of the one after; None = there is no limit."""
        if self.maximum is None:
            return None
        return reference + self.maximum if self.highs is None else self.highs[min(reference, len(self.highs) - 1)]


@dataclass(frozen=True)
class Model:
    project: Project
    ids: tuple[str, ...]
    ways: tuple[tuple[Way, ...], ...]
    before: tuple[tuple[Link, ...], ...]  # per task: what it waits for
    after: tuple[tuple[Link, ...], ...]
    windows: tuple[tuple[Window, ...], ...]  # per task: allowed starts, in order
    languages: tuple[str, ...]  # per task: the language of its site
    capacity: tuple[tuple[int, ...], ...]  # per resource, per slot
    supply: tuple[tuple[tuple[int, int], ...], ...]  # per stock: (slot, quantity), opening at slot 0
    absences: tuple[tuple[tuple[int, int], ...], ...]  # per person: busy or away [from, until)
    uncleared: tuple[tuple[tuple[int, int], ...], ...]  # per person: when she is no adult with a clearance [from, until)
    tables: tuple[WorkTable, ...]  # the first: every slot is worked
    beds: tuple[int, ...]  # per site whose beds are counted
    lodging: tuple[int, ...]  # per task: where in `beds` its site is; -1 = its beds are not counted
    horizon: int

    @property
    def people(self) -> tuple[Person, ...]:
        return self.project.people

    @property
    def size(self) -> int:
        return len(self.ids)

    @cached_property
    def limited(self) -> bool:
        """Whether some task must not come too long after another."""
        return any(link.maximum is not None for links in self.before for link in links)

    def finish(self, way: Way, start: int) -> int | None:
        """Where the work of a way ends that starts in a slot; None beyond the horizon."""
        if way.table == ALWAYS:
            return start + way.duration if start + way.duration <= self.horizon else None
        return self.tables[way.table].finish(start, way.duration)

    def reaching(self, way: Way, finish: int) -> int:
        """The first start by which a way does not end before `finish`."""
        return finish - way.duration if way.table == ALWAYS else self.tables[way.table].reaching(finish, way.duration)

    def working_from(self, way: Way, slot: int) -> int | None:
        """The first slot from `slot` on in which a way may start as to the hours of its site."""
        return slot if way.table == ALWAYS or not way.duration else self.tables[way.table].working_from(slot)

    def span(self, task: int, method: int, start: int) -> int:
        """As `finish`, and for starts that end beyond the horizon what the bare duration says."""
        way = self.ways[task][method]
        finish = self.finish(way, start)
        return start + way.duration if finish is None else finish


def compile_model(project: Project) -> Model:
    """The numbers of a valid project (see `validate`)."""
    tasks = {task.id: index for index, task in enumerate(project.tasks)}
    sites = {site.id: site for site in project.sites}
    supply = arrivals(project)
    tables, of_method, horizon = _tables(project, _base(project, supply), _work(project))
    before, after = _links(project, tasks, horizon)
    bedded = [site.id for site in project.sites if site.beds is not None]
    return Model(
        project=project,
        ids=tuple(tasks),
        ways=_ways(project, of_method),
        before=before,
        after=after,
        windows=tuple(
            _starts(task.earliest, task.start_windows, sites[task.site].safe_windows if task.site else ((0, None),), horizon)
            for task in project.tasks
        ),
        languages=tuple(sites[task.site].language if task.site else "" for task in project.tasks),
        capacity=tuple(_levels(resource.capacity, resource.dips, horizon) for resource in project.resources),
        supply=tuple(((0, stock.opening), *supply[stock.id]) for stock in project.stocks),
        absences=tuple(_absences(person.presence, horizon) for person in project.people),
        uncleared=tuple(
            _absences(person.cleared, horizon) if person.adult and person.cleared else ((0, horizon),) for person in project.people
        ),
        tables=tables,
        beds=tuple(site.beds for site in project.sites if site.beds is not None),
        lodging=tuple(bedded.index(task.site) if task.site in bedded else -1 for task in project.tasks),
        horizon=horizon,
    )


def _ways(project: Project, of_method: dict[tuple[str, bool], int]) -> tuple[tuple[Way, ...], ...]:
    resources = {resource.id: index for index, resource in enumerate(project.resources)}
    stocks = {stock.id: index for index, stock in enumerate(project.stocks)}
    return tuple(
        tuple(
            Way(
                method.duration,
                tuple((resources[name], amount) for name, amount in method.machines.items() if amount),
                tuple((stocks[name], amount) for name, amount in method.draws.items() if amount),
                tuple(skill for skill, seats in sorted(method.skills.items()) for _ in range(seats)),
                tuple(method.levels.get(skill, 1) for skill, seats in sorted(method.skills.items()) for _ in range(seats)),
                tuple((stocks[name], amount) for name, amount in method.gives.items() if amount),
                of_method.get((task.site, method.outdoor), ALWAYS),
            )
            for method in task.methods
        )
        for task in project.tasks
    )


def _links(project: Project, tasks: dict[str, int], horizon: int) -> tuple[tuple[tuple[Link, ...], ...], tuple[tuple[Link, ...], ...]]:
    """Every precedence as seen by the one after, and by the one before."""
    clock: Clock | None = None
    if project.calendar is not None and any(edge.unit == "elapsed" for edge in project.precedences):
        clock = Clock(project.calendar, horizon + 1)
    before: list[list[Link]] = [[] for _ in tasks]
    after: list[list[Link]] = [[] for _ in tasks]
    known: dict[tuple[str, int, int | None], Link] = {}
    for edge in project.precedences:
        if edge.unit == "elapsed" and clock is not None:
            key = (edge.kind, edge.lag, edge.maximum)
            known[key] = link = known.get(key) or _in_hours(clock, edge)
        else:
            link = Link(0, edge.kind, edge.lag, edge.maximum)
        before[tasks[edge.after]].append(Link(tasks[edge.before], link.kind, link.lag, link.maximum, link.lows, link.highs))
        after[tasks[edge.before]].append(Link(tasks[edge.after], link.kind, link.lag, link.maximum, link.lows, link.highs))
    return tuple(map(tuple, before)), tuple(map(tuple, after))


def _in_hours(clock: Clock, edge: Precedence) -> Link:
    """A lag in hours as a look-up from boundary to boundary."""
    ends = {"from_finish": edge.kind[0] == "F", "to_finish": edge.kind[1] == "F"}
    lows, last = clock.table(edge.lag, **ends), len(clock.begins)
    least = min(map(sub, takewhile(last.__gt__, lows), count()), default=last)
    if edge.maximum is None:
        return Link(0, edge.kind, least, lows=lows)
    highs = clock.table(edge.maximum, latest=True, **ends)
    return Link(0, edge.kind, least, max(map(sub, highs, count())), lows, highs)


def _tables(project: Project, base: int, work: int) -> tuple[tuple[WorkTable, ...], dict[tuple[str, bool], int], int]:
    """The working hours of each site, twice where heat counts; and an axis on which all work fits in behind `base`."""
    sites = [site for site in project.sites if site.hours is not None and project.calendar is not None]
    asked = sorted({(task.site, method.outdoor) for task in project.tasks for method in task.methods if task.site in {s.id for s in sites}})
    horizon = min(base + work + 1, SLOTS_MAX)
    while True:
        rows = [working_slots(project, name, horizon=horizon, outdoor=outdoor) for name, outdoor in asked]
        if horizon == SLOTS_MAX or all(sum(row[base:]) > work for row in rows):
            break
        horizon = min(2 * horizon, SLOTS_MAX)
    tables, index = [WorkTable.of((True,) * horizon)], dict[tuple[str, bool], int]()
    for key, row in zip(asked, rows, strict=True):
        table = WorkTable.of(row)
        if not table.always:
            index[key] = len(tables)
            tables.append(table)
    return tuple(tables), index, horizon


def to_plan(model: Model, rows: list[tuple[int, int, tuple[Seat, ...]]]) -> Plan:
    """A plan from (start, method, crew) per task."""
    placements = []
    for index, (task, (start, way, crew)) in enumerate(zip(model.project.tasks, rows, strict=True)):
        draws = {name: quantity for name, quantity in task.methods[way].draws.items() if quantity}
        placements.append(Placement(task.id, start, model.span(index, way, start), way, crew, draws))
    return Plan(tuple(placements))


def topological(model: Model) -> list[int]:
    """All tasks, each after what it waits for."""
    waiting = [len(links) for links in model.before]
    ready = [task for task in range(model.size) if not waiting[task]]
    for task in ready:
        for link in model.after[task]:
            waiting[link.task] -= 1
            if not waiting[link.task]:
                ready.append(link.task)
    return ready


def _base(project: Project, supply: dict[str, list[tuple[int, int]]]) -> int:
    """When the last window has opened, the last dip is over and the last load has come."""
    ends = [task.earliest for task in project.tasks]
    ends += [slot for entries in supply.values() for slot, _ in entries]
    ends += [end for resource in project.resources for _, end, _ in resource.dips]
    windows = [task.start_windows for task in project.tasks] + [site.safe_windows for site in project.sites]
    windows += [group for person in project.people for group in (person.presence, person.cleared)]
    ends += [max(start, end or 0) for group in windows for start, end in group]
    return min(max(ends, default=0), SLOTS_MAX)


def _work(project: Project) -> int:
    """Every task one after another with its lags, and with the pauses that rest rules ask for."""
    work = sum(max(method.duration for method in task.methods) for task in project.tasks)
    rest = max((-(-rule.within // rule.work) for person in project.people for rule in person.rest if rule.work), default=1)
    parts = 1 if project.calendar is None else project.calendar.slots_per_day
    lags = sum(max(edge.lag if edge.unit == "work" else -(-edge.lag // 24) * parts, 0) for edge in project.precedences)
    return min(work * min(rest, REST_STRETCH_MAX) + lags, SLOTS_MAX)


def _starts(earliest: int, own: tuple[Window, ...], site: tuple[Window, ...], horizon: int) -> tuple[Window, ...]:
    """Allowed starts: the task's windows within those of its site, from `earliest` on."""
    result: list[Window] = []
    for start, end in own or ((0, None),):
        for site_start, site_end in site:
            low = max(start, site_start, earliest, 0)
            high = min(horizon if end is None else end, horizon if site_end is None else site_end, horizon)
            if low < high:
                result.append((low, high))
    return tuple(sorted(result, key=lambda window: window[0]))


def _levels(capacity: int, dips: tuple[tuple[int, int, int], ...], horizon: int) -> tuple[int, ...]:
    levels = [capacity] * horizon
    for start, end, dip in dips:
        for slot in range(max(start, 0), min(end, horizon)):
            levels[slot] = min(levels[slot], dip)
    return tuple(levels)


def _absences(presence: tuple[Window, ...], horizon: int) -> tuple[tuple[int, int], ...]:
    """The gaps between presence windows, up to the horizon; touching windows join."""
    if not presence:
        return ()
    gaps, cursor = [], 0
    for start, end in sorted(presence, key=lambda window: window[0]):
        if start > cursor:
            gaps.append((cursor, start))
        cursor = max(cursor, horizon if end is None else end)
    if cursor < horizon:
        gaps.append((cursor, horizon))
    return tuple(gaps)
