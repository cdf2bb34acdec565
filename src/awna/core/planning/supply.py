"""When deliveries really come in: the first slot in which their crossing is open and has room."""

from .problem import SLOTS_MAX, Crossing, Project


def arrivals(project: Project) -> dict[str, list[tuple[int, int]]]:
    """Per stock its (slot, quantity) arrivals in order; a delivery whose crossing never opens again is left out.

    Loads queue per crossing in the order of their planned slot, then as listed.
    """
    crossings = {crossing.id: crossing for crossing in project.crossings}
    result: dict[str, list[tuple[int, int]]] = {stock.id: [] for stock in project.stocks}
    loads = [(delivery.planned, index, stock.id, delivery) for stock in project.stocks for index, delivery in enumerate(stock.deliveries)]
    used: dict[tuple[str, int], int] = {}
    for planned, _, stock_id, delivery in sorted(loads, key=lambda load: load[:2]):
        slot: int | None = planned
        if delivery.crossing:
            slot = entry_slot(crossings[delivery.crossing], planned, used)
        if slot is not None:
            result[stock_id].append((slot, delivery.quantity))
    return {stock_id: sorted(entries) for stock_id, entries in result.items()}


def entry_slot(crossing: Crossing, planned: int, used: dict[tuple[str, int], int]) -> int | None:
    """The slot in which one load passes, counted into `used`; None when the crossing does not open again in time."""
    for start, end in sorted(crossing.open_windows, key=lambda window: window[0]):
        for slot in range(max(start, planned), min(SLOTS_MAX, SLOTS_MAX if end is None else end)):
            taken = used.get((crossing.id, slot), 0)
            if not crossing.loads_per_slot or taken < crossing.loads_per_slot:
                used[crossing.id, slot] = taken + 1
                return slot
    return None
