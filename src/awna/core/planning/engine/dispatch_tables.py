"""The tables in which a plan and a scenario on its way are kept: few arrays with named columns, since each that a function is handed has its price."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba

from ..problem import SLOTS_MAX
from .flat import PERSONS_PER_WORD

NEVER = SLOTS_MAX
NOBODY = 1 << 40  # waits: above every rank
WORD = PERSONS_PER_WORD  # bits that are used of a word
EVERYBODY = (1 << WORD) - 1

# Columns of `facts`, per task; from `BEFORE` on where its rows of a kind begin: they end where those of the next kind begin.
# Rows: before = task, kind (0 FS, 1 SS, 2 FF, 3 SF), lag; after = task; window = from, until; hold = machine, units; draw and gift =
# stock, quantity; seat = the planned person, the group who may stand in; need = the group of all who can, how many of them.
RANK, PLANNED, FLOOR, BEFORE, AFTER, WINDOWS, HOLDS, DRAWS, GIFTS, SEATS, NEEDS, ROWS_END = range(12)
FACTS = 12
# Columns of `state`, per task. A chain by slot has its head in `slots` and the next member here.
START, END, CAUSE, BOUND, SETTER, WAITS, STOOD, DUE_NEXT, GIFT_NEXT = range(9)
STATES = 9
FREE, FREE_NEXT, LAST = range(3)  # of `people`: held until, chain of who is let go, by which task she was held last
DUE, LOAD, GIFT, FREED = range(4)  # of `slots`: heads of chains of tasks, loads, givers and people; -1 = empty
LEVEL, CLAIM = range(2)  # of `stocks`: what is there, the lowest rank that found too little since more came
# Rows of `lists`: one bit per rank that is to be tried now, tasks that wait for stocks, the crew in hand, chains of loads, one bit per
# person who is held by no task, who has just been let go, and per group a chain of tasks that lack people of it.
NEXT_UP, SHORT, CREW, LOAD_NEXT, IDLE, BACK, CROWD = range(7)
LISTS = 7
CROWDED = -2  # and below, down by the group: to be tried again when somebody of it is let go
LEAVES, RETURNS = range(2)  # of `presence`, per slot and person: the first slot from this on in which she is away; when she is back
Function = TypeVar("Function", bound=Callable[..., Any])


def inlined(function: Function) -> Function:
    """Compiled into its caller."""
    return cast(Function, numba.njit(inline="always")(function))


class Net(NamedTuple):
    """A plan as tables."""

    now: int
    horizon: int
    order: Any  # tasks in the plan's order
    facts: Any
    rows: Any
    masks: Any  # per group of people and word: one bit per person
    presence: Any
    capacity: Any  # per machine and slot
    opening: Any  # per stock
    loads: Any  # per load: stock, quantity
    groups_at: Any
    groups: Any  # tasks of a milestone
