"""Brings a mended plan back in time with few moves: who is late takes the place of somebody with time to spare, who looks for another.

A chain of such ejections ends with tasks that find a free place early enough. It moves the few tasks of the chain, where shifting
everything to the right moves most of the plan.
"""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from random import Random

from .board import Place
from .model import Way
from .plan import Seat
from .replan import Running
from .roster import span
from .standing import Standing

EJECTIONS_MAX = 80  # tasks that are sent away in one attempt
TWICE = 2  # times that one task may be sent away
STARTS = 12  # starts that are looked at for one task


@dataclass(frozen=True)
class Room:
    """A start and a crew for a task, and who must go for them."""

    start: int
    crew: tuple[Seat, ...]
    others: frozenset[int]
    price: float


@dataclass
class Chain:
    """One attempt to place the moving tasks so that all end by `bound`."""

    running: Running
    board: Standing
    tail: list[int]  # per task: the work that must still follow its start, itself included
    bound: int
    fixed: frozenset[int]  # tasks that are not sent away
    random: Random
    noise: float = 0.0  # slots by which the order of urgency is blurred
    early: bool = False  # tasks may come before their old place even where a later one is free
    gone: dict[int, int] = field(default_factory=dict)
    queue: list[tuple[float, int]] = field(default_factory=list)
    stays: dict[int, set[int]] = field(default_factory=dict)  # per person the tasks that hold her

    def run(self, moving: set[int]) -> bool:
        """Place all of them; False = some task found no place at all, or too many were sent away."""
        self.queue = [(self._urgency(task), task) for task in moving]
        heapify(self.queue)
        self.stays = {person: set() for person in range(len(self.running.model.people))}
        for task in range(self.running.model.size):
            self._seat(task)
        while self.queue:
            urgency, task = heappop(self.queue)
            if self.board.starts[task] >= 0:
                continue
            waits = [link.task for link in self.running.model.before[task] if self.board.starts[link.task] < 0]
            if waits:  # its own turn comes behind what it waits for
                heappush(self.queue, (max(urgency, *(self._urgency(other) for other in waits)) + 0.5, task))
                continue
            if len(self.gone) > EJECTIONS_MAX or not self._place(task):
                return False
            self._seat(task)
            self._push_followers(task)
        return True

    def _seat(self, task: int) -> None:
        for seat in self.board.crews[task]:
            self.stays[self.board.roster.index[seat.person]].add(task)

    def _urgency(self, task: int) -> float:
        return self.bound - self.tail[task] + self.noise * self.random.random()

    def _release(self, task: int) -> int:
        return self.running.now if self.early else max(self.running.now, self.running.placement(task).start)

    def _place(self, task: int) -> bool:
        """Where it was, else early enough, if need be in the place of others, else anywhere."""
        if self.running.keep(self.board, task):
            return True
        old, board = self.running.placement(task), self.board
        way, latest, release = self.running.model.ways[task][old.method], self.bound - self.tail[task], self._release(task)
        found = board.find(task, way, release=release, prefer=old.crew, until=latest)
        if found is None and not self.early:  # before its old place there may be a gap
            found = board.find(task, way, release=self.running.now, prefer=old.crew, until=latest)
        if found is None:
            found = self._make_room(task, way, max(release, board.earliest(task, way)), latest)
        if found is not None:
            board.put(task, old.method, start=found[0], crew=found[1])
            return True
        return self.running.place(board, task)

    def _make_room(self, task: int, way: Way, start: int, latest: int) -> Place | None:
        """The start for which the fewest others must go, and they gone; None = there is none up to `latest`."""
        board = self.board
        for stock, quantity in way.draws:
            start = max(start, int(board.left[stock].searchsorted(quantity)))
        best: Room | None = None
        for at in sorted({start + (latest - start) * part // STARTS for part in range(STARTS + 1)}) if start <= latest else ():
            room = self._room(task, way, at)
            if room is not None and (best is None or room.price < best.price):
                best = room
        if best is None:
            return None
        for other in sorted(best.others):
            self._send_away(other)
        self._clear_machines(way, best.start)
        return board.find(task, way, release=best.start, prefer=best.crew, until=best.start)

    def _room(self, task: int, way: Way, start: int) -> "Room | None":
        """For each seat the person for whom the fewest must go, the one who sat there before when that is as good."""
        finish = self.running.model.finish(way, start)
        if finish is None:
            return None
        roster, language = self.board.roster, self.running.model.languages[task]
        others: set[int] = set()
        crew: list[Seat] = []
        taken: set[int] = set()
        held, work = span(start, finish), roster.worked(way, start, finish)
        for seat in self.running.placement(task).crew:
            mine = roster.index[seat.person]
            best: tuple[float, int, set[int]] | None = None
            for person in (mine, *roster.able.get((seat.skill, 1), ())):
                if person in taken or roster.away[person] & work:
                    continue
                if person != mine and language and language not in self.running.model.people[person].languages:
                    continue
                asked = set[int]()
                if roster.busy[person] & held:
                    asked = {o for o in self.stays[person] if self.board.starts[o] < finish and start < self.board.finishes[o]} - others
                if all(self._may_go(other) for other in asked):
                    price = sum(self._price(other) for other in asked)
                    if best is None or price < best[0]:
                        best = (price, person, asked)
                    if not price:
                        break
            if best is None:
                return None
            taken.add(best[1])
            others |= best[2]
            crew.append(Seat(seat.skill, self.running.model.people[best[1]].id))
        return Room(start, tuple(crew), frozenset(others), sum(self._price(other) for other in others) + 0.01 * self.random.random())

    def _may_go(self, other: int) -> bool:
        return other not in self.fixed and self.gone.get(other, 0) < TWICE and self.board.starts[other] >= 0

    def _price(self, other: int) -> float:
        """One for each who must go, and more where there is little time to spare or a long stay to be placed."""
        low, high = self.board.starts[other], self.board.finishes[other]
        spare = max(0, self.bound - self.tail[other] - low)
        return 1.0 + (high - low) / (1.0 + spare) + self.noise * 0.1 * self.random.random()

    def _clear_machines(self, way: Way, start: int) -> None:
        finish = self.running.model.finish(way, start)
        assert finish is not None  # `_room` has seen it end
        wanted = {machine for machine, _ in way.holds}
        while self.board.machines_clash(way, start, finish):
            holders = [
                (self._price(other), other)
                for other in range(len(self.board.starts))
                if self._may_go(other) and self.board.starts[other] < finish and start < self.board.finishes[other]
                if any(machine in wanted for machine, _ in self.running.model.ways[other][self.board.methods[other]].holds)
            ]
            if not holders:
                return
            self._send_away(min(holders)[1])

    def _send_away(self, task: int) -> None:
        for seat in self.board.crews[task]:
            self.stays[self.board.roster.index[seat.person]].discard(task)
        self.board.lift(task)
        self.gone[task] = self.gone.get(task, 0) + 1
        heappush(self.queue, (self._urgency(task), task))

    def _push_followers(self, task: int) -> None:
        for link in self.running.model.after[task]:
            if self.board.starts[link.task] >= 0 and self.board.too_early(link.task) and link.task not in self.fixed:
                self._send_away(link.task)


def settle_back(running: Running, board: Standing, fixed: frozenset[int]) -> None:
    """Who moved and can go home without anybody else moving does, in the order of the old starts."""
    for task in running.open_tasks():
        old = running.placement(task)
        here = (board.starts[task], board.methods[task], board.crews[task])
        if task in fixed or (here[0], here[1], set(here[2])) == (old.start, old.method, set(old.crew)):
            continue
        board.lift(task)
        if not running.keep(board, task) or any(board.too_early(link.task) for link in running.model.after[task]):
            if board.starts[task] >= 0:
                board.lift(task)
            board.put(task, here[1], start=here[0], crew=here[2])
