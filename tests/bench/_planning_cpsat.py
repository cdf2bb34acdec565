"""The plain CP-SAT model of a project, as one writes it from the manual: the peer, and no part of the engine."""

from typing import Any

from awna.core.planning.plan import Seat
from awna.core.planning.problem import Method, Project

Rows = dict[str, tuple[int, int, tuple[Seat, ...]]]


def solve_plainly(project: Project, seconds: float, *, workers: int, seed: int = 1) -> Rows | None:
    """Task -> start, method and crew of the best answer; None when there is none in time."""
    from ortools.sat.python import cp_model

    build = Plain(cp_model, project)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    if solver.solve(build.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    rows: Rows = {}
    for task in project.tasks:
        way = next(way for way, chosen in enumerate(build.chosen[task.id]) if solver.value(chosen))
        crew = tuple(Seat(skill, person) for (name, skill, person), sits in build.sits.items() if name == task.id and solver.value(sits))
        rows[task.id] = (solver.value(build.start[task.id]), way, crew)
    return rows


class Plain:
    """Optional intervals per method, a cumulative per machine, a reservoir or a sum per stock, a boolean per person and seat."""

    def __init__(self, cp_model: Any, project: Project) -> None:
        self.project, self.cp = project, cp_model.CpModel()
        last = sum(max(method.duration for method in task.methods) for task in project.tasks)
        last += sum(max(0, link.lag) for link in project.precedences)
        cp = self.cp
        self.start = {task.id: cp.new_int_var(0, last, f"start {task.id}") for task in project.tasks}
        self.end = {task.id: cp.new_int_var(0, last, f"end {task.id}") for task in project.tasks}
        self.chosen = {task.id: [cp.new_bool_var(f"{task.id} by {way}") for way in range(len(task.methods))] for task in project.tasks}
        self.stay: dict[tuple[str, int], Any] = {}
        self.sits: dict[tuple[str, str, str], Any] = {}
        for task in project.tasks:
            cp.add_exactly_one(self.chosen[task.id])
            for way, method in enumerate(task.methods):
                self.stay[task.id, way] = cp.new_optional_interval_var(
                    self.start[task.id], method.duration, self.end[task.id], self.chosen[task.id][way], f"stay {task.id} {way}"
                )
        for link in project.precedences:
            cp.add(self.start[link.after] >= self.end[link.before] + link.lag)
        self._machines()
        self._stocks()
        if project.people:
            self._people()
        finish = cp.new_int_var(0, last, "finish")
        cp.add_max_equality(finish, list(self.end.values()))
        cp.minimize(finish)

    def _machines(self) -> None:
        for machine in self.project.resources:
            rows = [(stay, self._method(task, way).machines.get(machine.id, 0)) for (task, way), stay in self.stay.items()]
            held = [(stay, amount) for stay, amount in rows if amount]
            self.cp.add_cumulative([stay for stay, _ in held], [amount for _, amount in held], machine.capacity)

    def _stocks(self) -> None:
        """A sum where all is there from the beginning; a reservoir where something comes later."""
        for stock in self.project.stocks:
            takes = [(task, way, self._method(task, way).draws.get(stock.id, 0)) for task, way in self.stay]
            gives = [(task, way, self._method(task, way).gives.get(stock.id, 0)) for task, way in self.stay]
            if not any(amount for *_, amount in gives):
                self.cp.add(sum(amount * self.chosen[task][way] for task, way, amount in takes if amount) <= stock.opening)
                continue
            events = [(self.start[task], -amount, self.chosen[task][way]) for task, way, amount in takes if amount]
            events += [(self.end[task], amount, self.chosen[task][way]) for task, way, amount in gives if amount]
            events.append((0, stock.opening, 1))
            most = stock.opening + sum(amount for *_, amount in gives)
            times, changes, actives = zip(*events, strict=True)
            self.cp.add_reservoir_constraint_with_active(list(times), list(changes), list(actives), 0, most)

    def _people(self) -> None:
        """Each seat is filled by a person who knows the skill; nobody sits twice in a task or in two tasks at once."""
        stays: dict[str, list[Any]] = {person.id: [] for person in self.project.people}
        for task in self.project.tasks:
            assert len(task.methods) == 1, "only what its sets ask for is modelled"
            method, here = task.methods[0], dict[str, list[Any]]()
            for skill, seats in method.skills.items():
                row = []
                for person in self.project.people:
                    if seats and skill in person.skills:
                        sits = self.cp.new_bool_var(f"{person.id} as {skill} in {task.id}")
                        self.sits[task.id, skill, person.id] = sits
                        here.setdefault(person.id, []).append(sits)
                        row.append(sits)
                self.cp.add(sum(row) == seats)
            for person_id, options in here.items():
                self.cp.add_at_most_one(options)
                name = f"{person_id} in {task.id}"
                there = self.cp.new_bool_var(name)
                self.cp.add(sum(options) == there)
                stays[person_id].append(
                    self.cp.new_optional_interval_var(self.start[task.id], method.duration, self.end[task.id], there, name)
                )
        for intervals in stays.values():
            self.cp.add_no_overlap(intervals)

    def _method(self, task: str, way: int) -> Method:
        return self._methods()[task][way]

    def _methods(self) -> dict[str, tuple[Method, ...]]:
        if not hasattr(self, "_by_task"):
            self._by_task = {task.id: task.methods for task in self.project.tasks}
        return self._by_task
