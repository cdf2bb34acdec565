"""Serial schedule generation: places tasks one by one at the first slot where everything that they need is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .model import Link, Model, Way, to_plan
from .plan import Plan, Seat
from .problem import Person
from .staffing import bridged, match_crew

ANY_METHOD = -1


@dataclass
class Schedule:
    """Starts, finishes, methods and crews of the tasks placed so far; -1 = not placed."""

    starts: list[int]
    finishes: list[int]
    methods: list[int]
    crews: dict[int, tuple[Seat, ...]] = field(default_factory=dict)
    stuck: int = -1  # the task that found no place

    @property
    def finish(self) -> int:
        return max(self.finishes, default=0)

    @property
    def complete(self) -> bool:
        return self.stuck < 0

    def plan(self, model: Model) -> Plan:
        rows = [
            (start, method, self.crews.get(task, ())) for task, (start, method) in enumerate(zip(self.starts, self.methods, strict=True))
        ]
        return to_plan(model, rows)


class Builder:
    """The state of one schedule in the making: what is still free of machines, stocks and people."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.free = [list(levels) for levels in model.capacity]
        self.stock = [list(entries) for entries in model.supply]  # (slot, change), in order of slot
        self.busy = [list(absences) for absences in model.absences]
        self.schedule = Schedule([-1] * model.size, [-1] * model.size, [0] * model.size)

    def place_first(self, task: int, method: int = ANY_METHOD, *, release: int = 0, prefer: Sequence[Seat] = ()) -> bool:
        """Place a task as early as possible; with `ANY_METHOD` by the method that finishes first. False = no place."""
        ways = self.model.ways[task]
        choices = range(len(ways)) if method == ANY_METHOD else (method,)
        best: tuple[int, int, int, tuple[Seat, ...]] | None = None
        for choice in choices:
            found = self.find(task, ways[choice], release=release, prefer=prefer)
            if found and (best is None or found[0] + ways[choice].duration < best[0]):
                best = (found[0] + ways[choice].duration, choice, found[0], found[1])
        if best is None:
            self.schedule.stuck = task
            return False
        self.put(task, best[1], start=best[2], crew=best[3])
        return True

    def find(
        self, task: int, way: Way, *, release: int = 0, prefer: Sequence[Seat] = (), until: int | None = None
    ) -> tuple[int, tuple[Seat, ...]] | None:
        """The first (start, crew) from `release` on, not after `until`; None when there is none."""
        start = max(release, self._after_predecessors(task, way.duration))
        for stock, quantity in way.draws:
            there = self._stocked_from(stock, quantity)
            if there is None:
                return None
            start = max(start, there)
        last = min(self.model.horizon - way.duration, self.model.horizon if until is None else until)
        while start <= last:
            allowed = self._next_allowed(task, start)
            if allowed is None:
                return None
            start = allowed
            clash = self._clash(way, start)
            if clash >= 0:
                start = clash + 1
                continue
            if start > last:
                return None
            if not way.seats:
                return start, ()
            crew = self._crew(task, way, start, prefer)
            if crew is not None:
                return start, crew
            start = self._next_change(start)
        return None

    def put(self, task: int, method: int, *, start: int, crew: Sequence[Seat] = ()) -> None:
        """Write a task into the schedule and take what it needs; the caller has seen that it is there."""
        way = self.model.ways[task][method]
        end = start + way.duration
        for resource, amount in way.holds:
            levels = self.free[resource]
            for slot in range(start, min(end, self.model.horizon)):
                levels[slot] -= amount
        for stock, quantity in way.draws:
            self.stock[stock].append((start, -quantity))
            self.stock[stock].sort(key=_coming_first)
        for stock, quantity in way.gives:
            self.stock[stock].append((end, quantity))
            self.stock[stock].sort(key=_coming_first)
        if crew:
            names = {seat.person for seat in crew}
            for index, person in enumerate(self.model.people):
                if person.id in names and way.duration:
                    self.busy[index].append((start, end))
            self.schedule.crews[task] = tuple(crew)
        self.schedule.starts[task], self.schedule.finishes[task], self.schedule.methods[task] = start, end, method

    def _after_predecessors(self, task: int, duration: int) -> int:
        start, schedule = 0, self.schedule
        for link in self.model.before[task]:
            if schedule.starts[link.task] >= 0:
                start = max(start, earliest_after(link, schedule.starts[link.task], schedule.finishes[link.task], duration))
        return start

    def _stocked_from(self, stock: int, quantity: int) -> int | None:
        """The first slot from which the quantity can be taken without robbing what was promised later."""
        entries = self.stock[stock]
        level = sum(change for _, change in entries)
        if level < quantity:
            return None
        for slot, change in reversed(entries):
            level -= change
            if level < quantity:
                return slot
        return 0

    def _next_allowed(self, task: int, start: int) -> int | None:
        for low, high in self.model.windows[task]:
            if high is None or start < high:
                return max(start, low)
        return None

    def _clash(self, way: Way, start: int) -> int:
        """The last slot of the stay in which a machine is short, or -1."""
        last = -1
        for resource, amount in way.holds:
            levels = self.free[resource]
            for slot in range(start + way.duration - 1, start - 1, -1):
                if levels[slot] < amount:
                    last = max(last, slot)
                    break
        return last

    def _crew(self, task: int, way: Way, start: int, prefer: Sequence[Seat]) -> tuple[Seat, ...] | None:
        end = start + way.duration
        free = [
            person for person, busy in zip(self.model.people, self.busy, strict=True) if not any(a < end and start < b for a, b in busy)
        ]
        language = self.model.languages[task]
        if prefer:
            wanted = {seat.person for seat in prefer}
            same = [person for person in free if person.id in wanted]
            if len(same) == len(wanted) and bridged(same, language) and _fits(prefer, way, {p.id: p for p in same}):
                return tuple(prefer)
        return match_crew(free, way.seats, language, way.levels)

    def _next_change(self, start: int) -> int:
        """The next slot at which somebody becomes free."""
        return min((end for busy in self.busy for _, end in busy if end > start), default=self.model.horizon)


def _coming_first(entry: tuple[int, int]) -> tuple[int, int]:
    """In one slot what comes is there before what goes."""
    return entry[0], -entry[1]


def _fits(crew: Sequence[Seat], way: Way, people: Mapping[str, Person]) -> bool:
    """Whether a former crew still fills every seat of this method with people who have the skill, and its level."""
    least = dict(zip(way.seats, way.levels or (1,) * len(way.seats), strict=True))
    rest = [seat.skill for seat in crew if people[seat.person].level(seat.skill) >= least.get(seat.skill, 1)]
    if len(rest) != len(crew):
        return False
    return all(rest.count(skill) >= way.seats.count(skill) for skill in way.seats)


def earliest_after(link: Link, start: int, finish: int, duration: int) -> int:
    """The first start that a precedence allows, given where the task before stands."""
    match link.kind:
        case "FS":
            return finish + link.lag
        case "SS":
            return start + link.lag
        case "FF":
            return finish + link.lag - duration
        case "SF":
            return start + link.lag - duration


def forward(model: Model, order: Sequence[int], methods: Sequence[int] | None = None) -> Schedule:
    """The schedule of a list of tasks in which each stands after what it waits for."""
    state = Builder(model)
    for task in order:
        if not state.place_first(task, ANY_METHOD if methods is None else methods[task]):
            break
    return state.schedule
