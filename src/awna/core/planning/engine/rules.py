"""The rules of a model as flat arrays: lags in hours and maximum lags, hours of sites, segments, children, beds and rest."""

from collections.abc import Sequence

import numpy as np

from ..model import Link, Model
from ..problem import Person
from .basics import Ints

NO_LIMIT = 1 << 40  # a maximum lag that is none
BLOCKS_MAX = 10  # crews that may follow each other in one task
CLEARED_TRIED = 12  # cleared adults of whom pairs are tried
LAG, OWN, MINE, MOST, LOWS, HIGHS = range(6)  # columns of `link_rows`
EVERY, LEAST, CHILDREN, LODGING = range(4)  # columns of `task_rows`
COUNT, NTH = range(2)  # of `work_rows`
BLOCKS, WIDTH, LIMITED = range(3)  # of `Rich.form`
PERSON, TOIL, WITHIN = range(3)  # columns of `rest_rows`
EVERYBODY, LODGERS = range(2)  # of `Rich.masks`


def link_rows(model: Model) -> tuple[Ints, Ints]:
    """Per precedence its lag, whether it counts from the finish and to the finish, its maximum, and where its look-ups are (-1 = none)."""
    tables: dict[tuple[int, ...], int] = {}
    rows = [_link_row(link, tables) for group in model.before for link in group]
    longest = max(map(len, tables), default=0)
    hours = np.array([[*table, *[table[-1]] * (longest - len(table))] for table in tables], dtype=np.int64).reshape(len(tables), longest)
    return np.array(rows, dtype=np.int64).reshape(len(rows), 6), hours


def _link_row(link: Link, tables: dict[tuple[int, ...], int]) -> list[int]:
    looked = [-1 if table is None else tables.setdefault(table, len(tables)) for table in (link.lows, link.highs)]
    most = NO_LIMIT if link.maximum is None else link.maximum
    return [link.lag, int(link.kind[0] == "F"), int(link.kind[1] == "F"), most, *looked]


def work_rows(model: Model, slots: int) -> Ints:
    """Per table how many working slots lie before each slot, and the slot of each number; behind the horizon all are worked."""
    rows = np.zeros((2, len(model.tables), slots), dtype=np.int64)
    beyond = np.arange(slots, dtype=np.int64)
    for number, table in enumerate(model.tables):
        rows[COUNT, number] = np.concatenate([table.count, table.count[-1] + 1 + beyond])[:slots]
        rows[NTH, number] = np.concatenate([np.array(table.slots, dtype=np.int64), model.horizon + beyond])[:slots]
    return rows


def task_rows(model: Model) -> Ints:
    """Per task the slots of a segment, the shortest stay, whether it touches children, and whose beds it uses (-1 = not counted)."""
    rows = [[t.handover_every, t.stay_min, int(t.child_contact), bed] for t, bed in zip(model.project.tasks, model.lodging, strict=True)]
    return np.array(rows, dtype=np.int64)


def rest_rows(people: Sequence[Person]) -> Ints:
    rows = [[number, rule.work, rule.within] for number, person in enumerate(people) for rule in person.rest]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 3)


def blocks_most(model: Model) -> int:
    """How many crews may follow each other in a task at most."""
    most = 1
    for task, ways in zip(model.project.tasks, model.ways, strict=True):
        if task.handover_every:
            least = -(-task.stay_min // task.handover_every) * task.handover_every  # a block is whole segments
            most = max([most, *(way.duration // least + 1 for way in ways)])
    return min(most, BLOCKS_MAX)


def slots_of_children(model: Model) -> int:
    """For how many slots clearances are written down: none where no work touches children."""
    return model.horizon if any(task.child_contact for task in model.project.tasks) else 0
