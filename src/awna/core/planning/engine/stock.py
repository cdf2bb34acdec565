"""Dated stocks in compiled form: lots in order of arrival, each taker eats from the latest lots that are there.

Eating late lots leaves the early ones to others, so what is left of all lots up to a slot is exactly what somebody
may take there without robbing anyone who was served before.
"""

from .basics import Ints, compiled
from .desk import Bench
from .flat import Rich


@compiled
def open_stores(r: Rich, b: Bench) -> None:
    for stock in range(len(r.total)):
        count = r.lot_at[stock + 1] - r.lot_at[stock]
        b.lots[0, stock] = count
        for lot in range(count):
            b.lot[0, stock, lot] = r.lot[r.lot_at[stock] + lot, 0]
            b.lot[1, stock, lot] = r.lot[r.lot_at[stock] + lot, 1]


@compiled
def stocked_from(b: Bench, stock: int, amount: int) -> int:
    """The first slot in which the amount can be taken; -1 = it is not there and not coming."""
    if amount == 0:
        return 0
    for lot in range(b.lots[0, stock]):
        amount -= b.lot[1, stock, lot]
        if amount <= 0:
            return int(max(b.lot[0, stock, lot], 0))
    return -1


@compiled
def take(b: Bench, stock: int, slot: int, amount: int) -> None:
    for lot in range(b.lots[0, stock] - 1, -1, -1):
        if amount > 0 and b.lot[0, stock, lot] <= slot:
            eaten = min(amount, b.lot[1, stock, lot])
            b.lot[1, stock, lot] -= eaten
            amount -= eaten


@compiled
def give(b: Bench, stock: int, slot: int, amount: int) -> None:
    """A new lot, put in its place by slot."""
    place = b.lots[0, stock]
    while place > 0 and b.lot[0, stock, place - 1] > slot:
        b.lot[0, stock, place] = b.lot[0, stock, place - 1]
        b.lot[1, stock, place] = b.lot[1, stock, place - 1]
        place -= 1
    b.lot[0, stock, place] = slot
    b.lot[1, stock, place] = amount
    b.lots[0, stock] += 1


@compiled
def served_from(r: Rich, b: Bench, way: int) -> int:
    """The first slot from which all that a way draws is there; -1 = never as things stand."""
    start = 0
    for at in range(r.draw_at[way], r.draw_at[way + 1]):
        slot = stocked_from(b, r.draw[at, 0], r.draw[at, 1])
        if slot < 0:
            return -1
        start = max(start, slot)
    return start


@compiled
def trade(r: Rich, b: Bench, way: int, start: int, finish: int) -> None:
    """Takes what a way draws at its start and brings what it gives at its finish."""
    for at in range(r.draw_at[way], r.draw_at[way + 1]):
        take(b, r.draw[at, 0], start, r.draw[at, 1])
    for at in range(r.gift_at[way], r.gift_at[way + 1]):
        give(b, r.gift[at, 0], finish, r.gift[at, 1])


@compiled
def lacking(r: Rich, ways: Ints) -> int:
    """How much more a choice of ways draws than ever comes, over all stocks."""
    short = 0
    for stock in range(len(r.total)):
        balance = r.total[stock]
        for task in range(r.way_at.shape[0] - 1):
            way = r.way_at[task] + ways[task]
            for at in range(r.draw_at[way], r.draw_at[way + 1]):
                if r.draw[at, 0] == stock:
                    balance -= r.draw[at, 1]
            for at in range(r.gift_at[way], r.gift_at[way + 1]):
                if r.gift[at, 0] == stock:
                    balance += r.gift[at, 1]
        short += max(0, -balance)
    return short


@compiled
def change_stores(r: Rich, b: Bench, old: int, new: int) -> bool:
    """One task goes over to another way; whether the stores still suffice for all."""
    for at in range(r.draw_at[old], r.draw_at[old + 1]):
        b.rest[r.draw[at, 0]] += r.draw[at, 1]
    for at in range(r.gift_at[old], r.gift_at[old + 1]):
        b.rest[r.gift[at, 0]] -= r.gift[at, 1]
    for at in range(r.draw_at[new], r.draw_at[new + 1]):
        b.rest[r.draw[at, 0]] -= r.draw[at, 1]
    for at in range(r.gift_at[new], r.gift_at[new + 1]):
        b.rest[r.gift[at, 0]] += r.gift[at, 1]
    enough = True
    for stock in range(len(r.total)):
        enough = enough and b.rest[stock] >= 0
    return enough


@compiled
def count_rest(r: Rich, b: Bench, ways: Ints) -> None:
    """What a choice of ways leaves in each store at the very end."""
    for stock in range(len(r.total)):
        b.rest[stock] = r.total[stock]
    for task in range(ways.shape[0]):
        way = r.way_at[task] + ways[task]
        for at in range(r.draw_at[way], r.draw_at[way + 1]):
            b.rest[r.draw[at, 0]] -= r.draw[at, 1]
        for at in range(r.gift_at[way], r.gift_at[way + 1]):
            b.rest[r.gift[at, 0]] += r.gift[at, 1]
