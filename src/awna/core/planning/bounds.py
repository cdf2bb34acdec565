"""Finishes that no plan can beat, from simple true arguments."""

from .model import Model
from .priority import heads, shortest


def lower_bound(model: Model) -> int:
    """The longest chain, and the work on each machine spread over all its capacity."""
    chain = [head + duration for head, duration in zip(heads(model), shortest(model), strict=True)]
    return max([0, *chain, *(_spread(model, resource) for resource in range(len(model.capacity)))])


def _spread(model: Model, resource: int) -> int:
    work = sum(min(sum(amount * way.duration for held, amount in way.holds if held == resource) for way in ways) for ways in model.ways)
    slot = 0
    while work > 0 and slot < model.horizon:
        work -= model.capacity[resource][slot]
        slot += 1
    return slot
