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
        b.lots[stock] = count
        for lot in range(count):
            b.lot_slot[stock, lot] = r.lot_slot[r.lot_at[stock] + lot]
            b.lot_left[stock, lot] = r.lot_amount[r.lot_at[stock] + lot]


@compiled
def stocked_from(b: Bench, stock: int, amount: int) -> int:
    """The first slot in which the amount can be taken; -1 = it is not there and not coming."""
    if amount == 0:
        return 0
    for lot in range(b.lots[stock]):
        amount -= b.lot_left[stock, lot]
        if amount <= 0:
            return int(max(b.lot_slot[stock, lot], 0))
    return -1


@compiled
def take(b: Bench, stock: int, slot: int, amount: int) -> None:
    for lot in range(b.lots[stock] - 1, -1, -1):
        if amount > 0 and b.lot_slot[stock, lot] <= slot:
            eaten = min(amount, b.lot_left[stock, lot])
            b.lot_left[stock, lot] -= eaten
            amount -= eaten


@compiled
def give(b: Bench, stock: int, slot: int, amount: int) -> None:
    """A new lot, put in its place by slot."""
    place = b.lots[stock]
    while place > 0 and b.lot_slot[stock, place - 1] > slot:
        b.lot_slot[stock, place] = b.lot_slot[stock, place - 1]
        b.lot_left[stock, place] = b.lot_left[stock, place - 1]
        place -= 1
    b.lot_slot[stock, place] = slot
    b.lot_left[stock, place] = amount
    b.lots[stock] += 1


@compiled
def served_from(r: Rich, b: Bench, way: int) -> int:
    """The first slot from which all that a way draws is there; -1 = never as things stand."""
    start = 0
    for at in range(r.draw_at[way], r.draw_at[way + 1]):
        slot = stocked_from(b, r.draw_stock[at], r.draw_amount[at])
        if slot < 0:
            return -1
        start = max(start, slot)
    return start


@compiled
def trade(r: Rich, b: Bench, way: int, start: int, finish: int) -> None:
    """Takes what a way draws at its start and brings what it gives at its finish."""
    for at in range(r.draw_at[way], r.draw_at[way + 1]):
        take(b, r.draw_stock[at], start, r.draw_amount[at])
    for at in range(r.gift_at[way], r.gift_at[way + 1]):
        give(b, r.gift_stock[at], finish, r.gift_amount[at])


@compiled
def lacking(r: Rich, ways: Ints) -> int:
    """How much more a choice of ways draws than ever comes, over all stocks."""
    short = 0
    for stock in range(len(r.total)):
        balance = r.total[stock]
        for task in range(r.way_at.shape[0] - 1):
            way = r.way_at[task] + ways[task]
            for at in range(r.draw_at[way], r.draw_at[way + 1]):
                if r.draw_stock[at] == stock:
                    balance -= r.draw_amount[at]
            for at in range(r.gift_at[way], r.gift_at[way + 1]):
                if r.gift_stock[at] == stock:
                    balance += r.gift_amount[at]
        short += max(0, -balance)
    return short
