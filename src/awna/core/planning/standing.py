"""A board that a running plan stands on: tasks keep their place without looking for another, and can be lifted off again."""

from collections.abc import Sequence

from .board import Board, from_then_on
from .model import Way
from .plan import Seat
from .roster import span


class Standing(Board):
    """What is under way, what stands where it stood, and what has been placed anew."""

    def keep(self, task: int, method: int, *, start: int, crew: Sequence[Seat]) -> bool:
        """Put a task where it was, with its crew if they can, else with another; whether that was possible."""
        way = self.model.ways[task][method]
        finish = self.model.finish(way, start)
        if finish is None or start < self.earliest(task, way) or not self._stands(task, way, start, finish):
            return False
        if way.seats and not self._same_people(task, way, start, finish, crew):
            found = self.roster.crew(task, way, start, finish, crew)
            if found is None:
                return False
            crew = found
        self.put(task, method, start=start, crew=crew)
        return True

    def too_early(self, task: int) -> bool:
        """Whether a placed task starts before what it waits for lets it."""
        return self.starts[task] < self.earliest(task, self.model.ways[task][self.methods[task]])

    def machines_clash(self, way: Way, start: int, finish: int) -> bool:
        return self._clash(way, start, finish) >= 0

    def lift(self, task: int) -> None:
        """Take a task off again, with all that it holds."""
        start, end, way = self.starts[task], self.finishes[task], self.model.ways[task][self.methods[task]]
        for resource, amount in way.holds:
            levels = self.free[resource]
            for slot in range(start, min(end, self.model.horizon)):
                levels[slot] += amount
        for stock, quantity in way.draws:
            self.level[stock][start:] += quantity
        for stock, quantity in way.gives:
            self.level[stock][end:] -= quantity
        for stock, _ in (*way.draws, *way.gives):
            self.left[stock] = from_then_on(self.level[stock])
        self._let_go(task, way, start, end)
        self.starts[task] = self.finishes[task] = -1
        self.crews[task] = ()

    def _stands(self, task: int, way: Way, start: int, finish: int) -> bool:
        """Whether windows, hours, stocks, machines and longest lags let a task stand there."""
        if any(self.left[stock][start] < quantity for stock, quantity in way.draws):
            return False
        if self._allowed(task, way, start) != start or self._clash(way, start, finish) >= 0:
            return False
        if not self.model.limited:
            return True
        last_start, last_finish = self.latest(task)
        return start <= last_start and finish <= last_finish

    def _same_people(self, task: int, way: Way, start: int, finish: int, crew: Sequence[Seat]) -> bool:
        """Whether nothing has come between a crew and its task. What they can and speak is taken as it was: the checker looks again."""
        roster, model = self.roster, self.model
        if model.lodging[task] >= 0 or model.project.tasks[task].child_contact or any(seat.start is not None for seat in crew):
            return False  # beds, clearances and stays are looked at closely
        held, work = span(start, finish), roster.worked(way, start, finish)
        for seat in crew:
            index = roster.index.get(seat.person, -1)
            if index < 0 or roster.busy[index] & held or roster.away[index] & work or model.people[index].rest:
                return False
        return len(crew) >= len(way.seats)

    def _let_go(self, task: int, way: Way, start: int, end: int) -> None:
        roster, lodging = self.roster, self.model.lodging[task]
        for seat in self.crews[task]:
            index = roster.index[seat.person]
            low, high = start if seat.start is None else seat.start, end if seat.finish is None else seat.finish
            roster.busy[index] &= ~span(low, high)
            if self.model.people[index].rest:
                roster.toil[index] &= ~roster.worked(way, low, high)
            if lodging >= 0 and self.model.people[index].lodges:
                for slot in range(low, min(high, self.model.horizon)):
                    roster.beds[lodging][slot] += 1
