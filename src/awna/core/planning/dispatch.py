"""What crews do inside a scenario: start the next task of the plan as soon as what it needs is there. No optimiser, no foresight."""

from bisect import insort
from collections.abc import Mapping
from heapq import heapify, heappop, heappush

from .model import Model
from .plan import Plan
from .problem import SLOTS_MAX
from .scenario import Scenario
from .sgs import earliest_after

NEVER = SLOTS_MAX


class Policy:
    """Priority-list dispatch: at every moment at which something changes, the tasks that may start are tried in the plan's order.

    No task starts before its day in the plan, unless `early`: people and places are booked for that day. Who is busy or away is stood in for by somebody with the same skill and level who is free, is there and is understood. A stock
    for which a task waits is kept for it: those behind it in the plan do not take from it.
    """

    def __init__(self, model: Model, plan: Plan, now: int, horizon: int, *, early: bool = False) -> None:
        self.model, self.horizon, self.now, self.early = model, horizon, now, early
        at = plan.by_task()
        self.placements = [at[name] for name in model.ids]
        by_plan = sorted(range(model.size), key=lambda task: (self.placements[task].start, self.placements[task].finish, model.ids[task]))
        self.rank = {task: place for place, task in enumerate(by_plan)}
        people = {person.id: index for index, person in enumerate(model.people)}
        self.ways = [ways[placement.method] for ways, placement in zip(model.ways, self.placements, strict=True)]
        self.seats = [self._seats(task, people) for task in range(model.size)]

    def _seats(self, task: int, people: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
        """Per seat who can sit there, the planned person first."""
        language, way = self.model.languages[task], self.ways[task]
        seats = []
        for seat in self.placements[task].crew:
            planned = self.model.people[people[seat.person]]
            level = way.levels[way.seats.index(seat.skill)] if seat.skill in way.seats and way.levels else 1
            stand_ins = [
                people[other.id]
                for other in sorted(self.model.people, key=lambda person: (len(person.skills), person.id))  # the rare stay free
                if other.id != planned.id
                and other.level(seat.skill) >= level
                and (not language or language in other.languages or planned.languages <= other.languages)
            ]
            seats.append((people[planned.id], *stand_ins))
        return tuple(seats)

    def run(self, scenario: Scenario) -> tuple[list[int], list[int]]:
        """Per task its finish (NEVER = it does not end) and the task that it waited for last (-1 = for none)."""
        return _Run(self, scenario).all()


class _Run:
    """One scenario on its way."""

    def __init__(self, policy: Policy, scenario: Scenario) -> None:
        self.policy, self.model, self.scenario = policy, policy.model, scenario
        size = self.model.size
        self.starts, self.ends, self.causes = [NEVER] * size, [NEVER] * size, [-1] * size
        self.waits = [len(links) for links in self.model.before]
        self.bound = [(policy.now, -1)] * size  # earliest start and the task that sets it
        self.pending: list[tuple[int, int, int]] = []  # (earliest start, rank, task)
        self.ready: list[tuple[int, int]] = []  # (rank, task)
        self.free = [(0, -1)] * len(self.model.people)  # until when each is held, and by which task
        self.held: list[list[tuple[int, int, int]]] = [[] for _ in self.model.capacity]  # (end, amount, task)
        self.level = [0] * len(self.model.supply)
        self.coming = [list(entries) for entries in scenario.arrivals]
        for entries in self.coming:
            heapify(entries)
        self.times = [policy.now, *(slot for entries in self.coming for slot, _ in entries if slot > policy.now)]
        heapify(self.times)

    def all(self) -> tuple[list[int], list[int]]:
        self._begun()
        for task in range(self.model.size):
            if not self.waits[task] and self.starts[task] == NEVER:
                self._await(task)
        while self.times and self.times[0] < self.policy.horizon:
            now = heappop(self.times)
            while self.times and self.times[0] == now:
                heappop(self.times)
            self._at(now)
        return self.ends, self.causes

    def _begun(self) -> None:
        """What stands before now in the plan is as it stands there."""
        for task, old in enumerate(self.policy.placements):
            if old.start < self.policy.now:
                self._start(task, old.start, tuple(seat[0] for seat in self.policy.seats[task]), -1)

    def _await(self, task: int) -> None:
        """All that it waits for has started: from when on may it?"""
        start, cause = self.policy.now if self.policy.early else self.policy.placements[task].start, -1
        for link in self.model.before[task]:
            bound = earliest_after(link, self.starts[link.task], self.ends[link.task], self.scenario.durations[task])
            start, cause = (bound, link.task) if bound > start else (start, cause)
        self.bound[task] = (start, cause)
        heappush(self.pending, (start, self.policy.rank[task], task))
        heappush(self.times, start)

    def _at(self, now: int) -> None:
        for stock, entries in enumerate(self.coming):
            while entries and entries[0][0] <= now:
                self.level[stock] += heappop(entries)[1]
        while self.pending and self.pending[0][0] <= now:
            _, rank, task = heappop(self.pending)
            insort(self.ready, (rank, task))
        kept: list[tuple[int, int]] = []
        waited: set[int] = set()  # stocks for which a task before this one waits
        for rank, task in self.ready:
            if not self._try(task, now, waited):
                kept.append((rank, task))
        self.ready = kept

    def _try(self, task: int, now: int, waited: set[int]) -> bool:
        way, duration = self.policy.ways[task], self.scenario.durations[task]
        opens = next((max(now, low) for low, high in self.model.windows[task] if high is None or now < high), NEVER)
        if opens != now:
            heappush(self.times, opens)
            return False
        short = {stock for stock, quantity in way.draws if stock in waited or self.level[stock] < quantity}
        if short:
            waited |= short
            return False
        holder = self._machines(way.holds, now, duration)
        if holder == NEVER:
            return False
        crew, again = self._staff(task, now, duration)
        if again >= 0:
            heappush(self.times, max(again, now + 1))
            return False
        bound, cause = self.bound[task]
        if bound < now:
            last = max((self.free[person] for person in crew), default=(-1, -1))
            cause = last[1] if last[0] == now else holder
        self._start(task, now, crew, cause)
        return True

    def _machines(self, holds: tuple[tuple[int, int], ...], now: int, duration: int) -> int:
        """The task whose end at this moment set a machine free (-1 = none); NEVER when one is short."""
        holder = -1
        for resource, amount in holds:
            held = self.held[resource]
            holder = next((task for end, _, task in held if end == now), holder)
            self.held[resource] = held = [entry for entry in held if entry[0] > now]
            levels = self.model.capacity[resource][now : now + max(duration, 1)]
            used = sum(entry[1] for entry in held)
            if levels and used + amount > min(levels):
                if used + amount <= max(levels):
                    heappush(self.times, now + 1)
                return NEVER
        return holder

    def _staff(self, task: int, now: int, duration: int) -> tuple[tuple[int, ...], int]:
        """A crew that is free and there, and -1; or nobody, and the slot from which it is worth trying again."""
        crew: list[int] = []
        for seat in self.policy.seats[task]:
            soonest, chosen = NEVER, -1
            for person in seat:
                if person in crew:
                    continue
                free = self._there_from(person, max(now, self.free[person][0]), duration)
                if free <= now:
                    chosen = person
                    break
                soonest = min(soonest, free)
            if chosen < 0:
                return (), soonest
            crew.append(chosen)
        return tuple(crew), -1

    def _there_from(self, person: int, start: int, duration: int) -> int:
        """The first slot from `start` on from which this person is there for so long."""
        for a, b in self.model.absences[person]:
            if a < start + duration and start < b:
                start = b
        return start

    def _start(self, task: int, start: int, crew: tuple[int, ...], cause: int) -> None:
        way, end = self.policy.ways[task], start + self.scenario.durations[task]
        for person in crew:
            self.free[person] = (end, task)
        for resource, amount in way.holds:
            self.held[resource].append((end, amount, task))
        for stock, quantity in way.draws:
            self.level[stock] -= quantity
        for stock, quantity in way.gives:
            heappush(self.coming[stock], (end, quantity))
        heappush(self.times, end)
        self.starts[task], self.ends[task], self.causes[task] = start, end, cause
        for link in self.model.after[task]:
            self.waits[link.task] -= 1
            if not self.waits[link.task] and self.policy.placements[link.task].start >= self.policy.now:
                self._await(link.task)
