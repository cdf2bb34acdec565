"""A model as flat arrays of whole numbers: what the compiled functions read, and the scratch space that they write.

Machines are packed: several of them share one 64-bit word per slot, each in a field with a guard bit on top, so that
one subtraction asks all of them at once whether there is room.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..model import Model
from ..priority import tails
from ..problem import INTERPRETER
from ..sgs import earliest_after
from . import rules
from .basics import Ints

FIELDS = ((15, 4), (30, 2))  # (bits of a field with its guard, fields of a word); the top bits stay clear of the sign
PERSONS_PER_WORD = 62
EXTRAS_MAX = 1  # interpreters that come in addition to the seats
RICH_MIN = 14  # tasks: a smaller rich project is searched in Python, which needs no compiler and is soon through


class Net(NamedTuple):
    """Tasks and precedences, and of plain projects the machines. `*_at` arrays are offsets: those of i stand at [at[i], at[i + 1])."""

    n: int
    simple: bool  # no precedence lets a task start before what it waits for: orders by start are possible orders
    guard: int
    before_at: Ints
    before: Ints
    gap: Ints  # per precedence: lag from start to start by the first ways
    after_at: Ints
    after: Ints
    after_edge: Ints  # the same precedence as seen by `before`
    after_gap: Ints
    tail: Ints  # per task: the shortest way from its start to the end
    duration: Ints  # per task, by its first way
    demand: Ints  # per task, by its first way, in the first word
    base: Ints  # per slot: what is there, in the first word


class Rich(NamedTuple):
    """All that a plain project does not have."""

    horizon: int
    guard: int
    form: Ints  # most blocks of a task, seats of a block with those in addition, whether there are maximum lags
    links: Ints  # per precedence: see `rules.link_rows`
    hours: Ints  # look-ups of lags in hours, one in a row: boundary of the one before -> of the one after
    way_at: Ints  # ways of a task
    duration: Ints  # per way
    table: Ints  # per way: whose working slots count
    work: Ints  # per table: how many working slots lie before a slot; and which is the n-th
    tasks: Ints  # per task: see `rules.task_rows`
    rests: Ints  # per rest rule: person, work, within
    beds: Ints  # per site whose beds are counted
    masks: Ints  # all people; those who lodge
    clear: Ints  # per slot and word: adults with a clearance
    demand: Ints  # per way and word
    base: Ints  # per slot and word
    window_at: Ints
    window: Ints
    draw_at: Ints  # per way
    draw: Ints
    gift_at: Ints  # per way: what it gives at its finish
    gift: Ints
    lot_at: Ints  # per stock: arrivals in order of slot
    lot: Ints
    total: Ints  # per stock: all that ever comes, gifts left out
    seat_at: Ints  # per way
    seat_class: Ints
    able: Ints  # per class of seats and word: who may sit there
    present: Ints  # per slot and word: who is there
    speaks: Ints  # per task and word: who needs no bridge
    bridges: Ints  # per task and word: who can be the bridge
    shares: Ints  # per person and word: with whom she shares a language


class Flat(NamedTuple):
    net: Net
    rich: Rich | None  # None = plain: one method each, one word of machines, nothing else


def flatten(model: Model) -> Flat | None:
    """The arrays; None when the model asks for what the kernel does not do, and the search in Python takes over."""
    machines = _machines(model)
    if machines is None:
        return None
    guard, demand, base = machines
    ways = [way for group in model.ways for way in group]
    plain = (
        len(ways) == model.size
        and demand.shape[1] == 1
        and not any(way.draws or way.gives or way.seats for way in ways)
        and all(windows == ((0, model.horizon),) for windows in model.windows)
        and not any(way.table for way in ways)
        and not any(link.lows or link.maximum is not None for group in model.before for link in group)
    )
    if not plain and model.size < RICH_MIN:
        return None
    way_at = _offsets([len(group) for group in model.ways])
    net = _net(model, guard, demand[way_at[:-1], 0].copy(), base[:, 0].copy())
    return Flat(net, None if plain else _rich(model, guard, demand, base, way_at))


def _net(model: Model, guard: int, demand: Ints, base: Ints) -> Net:
    duration = [group[0].duration for group in model.ways]
    links = [(task, link) for task in range(model.size) for link in model.before[task]]
    followers: list[list[int]] = [[] for _ in range(model.size)]
    for edge, (_, link) in enumerate(links):
        followers[link.task].append(edge)
    gap = [earliest_after(link, 0, duration[link.task], duration[task]) for task, link in links]
    return Net(
        n=model.size,
        simple=all(link.kind in ("FS", "SS") and link.lag >= 0 for _, link in links),
        guard=guard,
        before_at=_offsets([len(group) for group in model.before]),
        before=_ints([link.task for _, link in links]),
        gap=_ints(gap),
        after_at=_offsets([len(group) for group in followers]),
        after=_ints([links[edge][0] for group in followers for edge in group]),
        after_edge=_ints([edge for group in followers for edge in group]),
        after_gap=_ints([gap[edge] for group in followers for edge in group]),
        tail=_ints(tails(model)),
        duration=_ints(duration),
        demand=demand,
        base=base,
    )


def _rich(model: Model, guard: int, demand: Ints, base: Ints, way_at: Ints) -> Rich:
    ways = [way for group in model.ways for way in group]
    links, hours = rules.link_rows(model)
    order = persons_by_worth(model)
    people = [model.people[index] for index in order]
    words = max(1, -(-len(people) // PERSONS_PER_WORD))
    return Rich(
        horizon=model.horizon,
        guard=guard,
        form=_ints([rules.blocks_most(model), max(len(way.seats) for way in ways) + EXTRAS_MAX, int(model.limited)]),
        links=links,
        hours=hours,
        way_at=way_at,
        duration=_ints([way.duration for way in ways]),
        table=_ints([way.table for way in ways]),
        work=rules.work_rows(model, len(base)),
        tasks=rules.task_rows(model),
        rests=rules.rest_rows(people),
        beds=_ints(list(model.beds)),
        masks=_masks([[True for _ in people], [person.lodges for person in people]], words),
        clear=_masks(_there([model.uncleared[index] for index in order], rules.slots_of_children(model)), words),
        demand=demand,
        base=base,
        window_at=_offsets([len(windows) for windows in model.windows]),
        window=_pairs([(low, model.horizon if high is None else high) for windows in model.windows for low, high in windows]),
        draw_at=_offsets([len(way.draws) for way in ways]),
        draw=_pairs([pair for way in ways for pair in way.draws]),
        gift_at=_offsets([len(way.gives) for way in ways]),
        gift=_pairs([pair for way in ways for pair in way.gives]),
        lot_at=_offsets([len(lots) for lots in model.supply]),
        lot=_pairs([pair for lots in model.supply for pair in lots]),
        total=_ints([sum(amount for _, amount in lots) for lots in model.supply]),
        seat_at=_offsets([len(way.seats) for way in ways]),
        **_people(model, order, words),
    )


def persons_by_worth(model: Model) -> list[int]:
    """People in the order in which they are taken: those whose skills are least asked for per head first."""
    asked: dict[str, int] = {}
    for ways in model.ways:
        for way in ways[:1]:
            for skill in way.seats:
                asked[skill] = asked.get(skill, 0) + way.duration
    have = {skill: sum(skill in person.skills for person in model.people) for skill in asked}
    worth = [sum(asked[s] * 1000 // have[s] for s in sorted(person.skills) if have.get(s)) for person in model.people]
    return sorted(range(len(worth)), key=lambda index: (worth[index], model.people[index].id))


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _pairs(values: list[tuple[int, int]]) -> Ints:
    return np.array(values, dtype=np.int64).reshape(len(values), 2)


def _offsets(counts: list[int]) -> Ints:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(_ints(counts), dtype=np.int64)])


def _machines(model: Model) -> tuple[int, Ints, Ints] | None:
    """Guard bits, demand per way and what is there per slot. Capacities above the sum of demands are cut to it."""
    ways = [way for group in model.ways for way in group]
    asked = [0] * len(model.capacity)
    for group in model.ways:
        for resource in range(len(asked)):
            asked[resource] += max((amount for way in group for held, amount in way.holds if held == resource), default=0)
    most = max([1, *(amount for way in ways for _, amount in way.holds)])
    most = max(most, *(min(max(levels), asked[r]) for r, levels in enumerate(model.capacity)), 1)
    layout = next((layout for layout in FIELDS if most < 1 << (layout[0] - 1)), None)
    if layout is None:
        return None
    bits, fields = layout
    words = max(1, -(-len(asked) // fields))
    demand = np.zeros((len(ways), words), dtype=np.int64)
    for index, way in enumerate(ways):
        for resource, amount in way.holds:
            demand[index, resource // fields] += amount << (bits * (resource % fields))
    longest = max((way.duration for way in ways), default=0)
    base = np.zeros((model.horizon + longest + 2, words), dtype=np.int64)
    for resource, levels in enumerate(model.capacity):
        row = np.minimum(np.array(levels, dtype=np.int64), asked[resource])
        base[: model.horizon, resource // fields] += row << (bits * (resource % fields))
        base[model.horizon :, resource // fields] += min(levels[-1], asked[resource]) << (bits * (resource % fields))
    return sum(1 << (bits * field + bits - 1) for field in range(fields)), demand, base


def _people(model: Model, order: list[int], words: int) -> dict[str, Ints]:
    """Who can, is there, speaks: one bit per person, in the order of `persons_by_worth`."""
    people = [model.people[index] for index in order]
    seats = [seat for group in model.ways for way in group for seat in zip(way.seats, way.levels, strict=True)]
    classes = sorted(set(seats))
    able = _masks([[person.level(skill) >= level for person in people] for skill, level in classes], words)
    speaks = [[not language or language in person.languages for person in people] for language in model.languages]
    bridging = [
        [bool(language) and INTERPRETER in person.skills and language in person.languages for person in people]
        for language in model.languages
    ]
    return {
        "seat_class": _ints([classes.index(seat) for seat in seats]),
        "able": able,
        "present": _masks(_there([model.absences[index] for index in order], model.horizon if people else 0), words),
        "speaks": _masks(speaks, words),
        "bridges": _masks(bridging, words),
        "shares": _masks([[bool(one.languages & other.languages) for other in people] for one in people], words),
    }


def _there(gaps: Sequence[Sequence[tuple[int, int]]], slots: int) -> Ints:
    """Per slot and person 1, and 0 in the gaps."""
    there = np.ones((slots, len(gaps)), dtype=np.int64)
    for column, away in enumerate(gaps):
        for start, end in away:
            there[start:end, column] = 0
    return there


def _masks(rows: Sequence[Sequence[bool]] | Ints, words: int) -> Ints:
    """One bit per column."""
    table = np.array(rows, dtype=np.int64).reshape(len(rows), -1 if len(rows) else 0)
    padded = np.zeros((len(rows), words * PERSONS_PER_WORD), dtype=np.int64)
    padded[:, : table.shape[1]] = table
    bits = padded.reshape(len(rows), words, PERSONS_PER_WORD) << np.arange(PERSONS_PER_WORD, dtype=np.int64)
    return np.asarray(bits.sum(axis=2), dtype=np.int64)
