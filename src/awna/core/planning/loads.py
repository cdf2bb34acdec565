"""What a plan asks for, slot by slot, against what is there: people by skill, and every stock."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from .plan import Plan, Seat
from .problem import Person, Project, Stock, inside
from .supply import arrivals

EVERYBODY = ""  # the name of the load of all people


@dataclass(frozen=True)
class PeopleLoad:
    """People at work and people there, per slot up to the end of the plan; of one skill, or of everybody."""

    skill: str
    working: tuple[int, ...]
    there: tuple[int, ...]

    @property
    def peak(self) -> int:
        return max(self.working, default=0)

    @property
    def tightest(self) -> float:
        """The largest share of those there that works."""
        return max((work / max(have, 1) for work, have in zip(self.working, self.there, strict=True) if work), default=0.0)


@dataclass(frozen=True)
class StockLoad:
    """What came in and what was taken of one stock, summed up to each slot, in 1/scale units."""

    stock: Stock
    came: tuple[int, ...]
    taken: tuple[int, ...]

    @property
    def lowest(self) -> tuple[int, int]:
        """What is left when least is left after the first taking, and the slot of it."""
        left = [(have - gone, slot) for slot, (have, gone) in enumerate(zip(self.came, self.taken, strict=True)) if gone]
        return min(left, default=(self.came[-1] if self.came else 0, 0))


def people_loads(project: Project, plan: Plan) -> list[PeopleLoad]:
    """Everybody first, then each skill that the plan uses, the tightest first."""
    size = max(plan.finish, 1)
    stays: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for placement in plan.placements:
        seen: set[str] = set()
        for seat in placement.crew:
            stay = _stay(seat, placement.start, placement.finish)
            stays[seat.skill].append(stay)
            if seat.person not in seen:
                stays[EVERYBODY].append(stay)
                seen.add(seat.person)
    if not stays:
        return []
    present = {person.id: _present(person, size) for person in project.people}
    skilled = [
        PeopleLoad(skill, _stacked(stays[skill], size), _sum((present[p.id] for p in project.people if skill in p.skills), size))
        for skill in sorted(stays)
        if skill != EVERYBODY
    ]
    everybody = PeopleLoad(EVERYBODY, _stacked(stays[EVERYBODY], size), _sum(present.values(), size))
    return [everybody, *sorted(skilled, key=lambda load: (-load.tightest, load.skill))]


def stock_loads(project: Project, plan: Plan) -> list[StockLoad]:
    """Each stock that the plan takes from, the one with least to spare first."""
    size = max(plan.finish, 1)
    supply = arrivals(project)
    came: dict[str, list[int]] = defaultdict(lambda: [0] * size)
    taken: dict[str, list[int]] = defaultdict(lambda: [0] * size)
    methods = {task.id: task.methods for task in project.tasks}
    for placement in plan.placements:
        for name, quantity in placement.draws.items():
            taken[name][min(placement.start, size - 1)] += quantity
        if placement.task in methods and placement.finish < size:
            for name, quantity in methods[placement.task][placement.method].gives.items():
                came[name][placement.finish] += quantity
    loads = []
    for stock in project.stocks:
        if not any(taken[stock.id]):
            continue
        for slot, quantity in supply[stock.id]:
            if slot < size:
                came[stock.id][slot] += quantity
        came[stock.id][0] += stock.opening
        loads.append(StockLoad(stock, tuple(accumulate(came[stock.id])), tuple(accumulate(taken[stock.id]))))
    return sorted(loads, key=lambda load: (load.lowest[0] / max(load.taken[-1], 1), load.stock.id))


def _stay(seat: Seat, start: int, finish: int) -> tuple[int, int]:
    return start if seat.start is None else seat.start, finish if seat.finish is None else seat.finish


def _present(person: Person, size: int) -> tuple[int, ...]:
    if not person.presence:
        return (1,) * size
    return tuple(int(inside(slot, person.presence)) for slot in range(size))


def _stacked(stays: Iterable[tuple[int, int]], size: int) -> tuple[int, ...]:
    """How many of the stays cover each slot."""
    steps = [0] * (size + 1)
    for start, finish in stays:
        steps[min(start, size)] += 1
        steps[min(finish, size)] -= 1
    return tuple(accumulate(steps[:size]))


def _sum(rows: Iterable[tuple[int, ...]], size: int) -> tuple[int, ...]:
    columns = list(rows)
    return tuple(map(sum, zip(*columns, strict=True))) if columns else (0,) * size
