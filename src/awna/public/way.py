"""The way of one gift as a picture: bands that flow down from what was received to where each part lies now. The list beside it is the truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from awna.core.ledger import rules

WIDTH, FULL, STEP, NODE, GAP = 320, 256, 54, 22, 8
LETTER_WIDTH = 6.3  # of the labels' letters; a label that finds no room is left to the list
LEAST_WEIGHT, LEAST_WIDTH = 1e-6, 3
CLASS_OF_STAGE = {
    rules.EXT: "w1", rules.ISSUED: "w1", rules.STOCK: "w2", rules.ADVANCE: "w2", rules.COMMITTED: "w2", rules.LOST: "wl",
}  # fmt: skip
Node = tuple[int, str]


@dataclass(frozen=True)
class Band:
    path: str
    css: str


@dataclass(frozen=True)
class Stone:
    """One place on the way. `rests` = a part of the gift lies here now; the label is empty where there is no room for it."""

    x: float
    y: float
    width: float
    css: str
    title: Any
    label: Any
    label_x: float
    label_y: int
    outside: bool
    rests: str


@dataclass(frozen=True)
class Way:
    height: int
    bands: list[Band]
    stones: list[Stone]


@dataclass
class _Flows:
    """How much of the gift (1 = all of it) went from each place to the next; places are (course from above, stage)."""

    between: dict[tuple[Node, Node], float] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    pools: dict[str, list[float]] = field(default_factory=dict)
    depth: dict[str, int] = field(default_factory=dict)


def draw_way(hops: Iterable[Any], accounts: Mapping[str, Any], *, labels: Mapping[str, Any], mirrored: bool) -> Way | None:
    """The picture, or nothing where the gift has not moved yet."""
    flows = _flows_of(hops, accounts)
    places = _places(flows)
    if len(flows.nodes) < 2:
        return None
    bands, sent, got = [], dict.fromkeys(flows.nodes, 0.0), dict.fromkeys(flows.nodes, 0.0)
    for (start, end), weight in sorted(flows.between.items(), key=lambda item: (item[0][0], places[item[0][1]][0])):
        if weight > LEAST_WEIGHT:
            ends = (places[start][0] + sent[start] * FULL, places[end][0] + got[end] * FULL)
            bands.append(Band(_band(ends, (start[0], end[0]), weight * FULL, mirrored), CLASS_OF_STAGE.get(end[1], "w3")))
            sent[start], got[end] = sent[start] + weight, got[end] + weight
    stones = [_stone(node, flows, places, labels, sent[node], mirrored) for node in flows.nodes]
    return Way((max(node[0] for node in flows.nodes) + 1) * STEP - STEP + NODE + 8, bands, stones)


def _flows_of(hops: Iterable[Any], accounts: Mapping[str, Any]) -> _Flows:
    flows = _Flows()
    for hop in hops:
        start = accounts[hop.debit]
        if not flows.nodes:
            weight, source = 1.0, None
        else:
            own = flows.pools.get(hop.debit, [0])[0] and start.stage != rules.EXT
            source = hop.debit if own else _shared(flows, accounts, start.stage, hop.taken)
            if source is None:
                continue
            amount, held = flows.pools[source]
            weight = held * min(1.0, hop.taken / amount)
            if accounts[source].stage != rules.COMMITTED or source == hop.debit:
                flows.pools[source] = [max(0.0, amount - hop.taken), held - weight]
        _flow(flows, accounts, source, hop.credit, weight)
        pool = flows.pools.setdefault(hop.credit, [0.0, 0.0])
        pool[0], pool[1] = pool[0] + hop.amount, pool[1] + weight
    return flows


def _shared(flows: _Flows, accounts: Mapping[str, Any], stage: str, taken: int) -> str | None:
    """Goods come for money that was paid, or that an order has bound; an exchange comes from the other currency."""
    wanted = (rules.TRADING,) if stage == rules.TRADING else (rules.EXT, rules.COMMITTED)
    found = [name for one in wanted for name, pool in flows.pools.items() if pool[0] and accounts[name].stage == one]
    # A bank's fee is outside too: what could not have paid for the goods comes last.
    return min(found, key=lambda name: flows.pools[name][0] < taken, default=None)


def _flow(flows: _Flows, accounts: Mapping[str, Any], source: str | None, target: str, weight: float) -> None:
    above = flows.depth[source] if source else -1
    flows.depth.setdefault(target, above + 1)
    end = (flows.depth[target], accounts[target].stage)
    if end not in flows.nodes:
        flows.nodes.append(end)
    if source:
        start = (above, accounts[source].stage)
        # What came back is taken off the band by which it went.
        key, sign = ((start, end), 1) if start[0] < end[0] else ((end, start), -1)
        flows.between[key] = flows.between.get(key, 0.0) + sign * weight


def _places(flows: _Flows) -> dict[Node, tuple[float, float]]:
    """Node → (start, width), each course centred."""
    places: dict[Node, tuple[float, float]] = {}
    for course in range(max((node[0] for node in flows.nodes), default=-1) + 1):
        here = [node for node in flows.nodes if node[0] == course]
        widths = [max(LEAST_WIDTH, _weight(flows, node) * FULL) for node in here]
        at = (WIDTH - sum(widths) - GAP * (len(here) - 1)) / 2
        for node, width in zip(here, widths, strict=True):
            places[node] = (at, width)
            at += width + GAP
    return places


def _weight(flows: _Flows, node: Node) -> float:
    came = sum(weight for (_start, end), weight in flows.between.items() if end == node)
    return 1.0 if node == flows.nodes[0] else came


def _band(ends: tuple[float, float], courses: tuple[int, int], width: float, mirrored: bool) -> str:
    top, foot = courses[0] * STEP + NODE, courses[1] * STEP
    middle = (top + foot) / 2
    left, right = ((WIDTH - x - width if mirrored else x) for x in ends)
    return (
        f"M{left:.1f} {top}C{left:.1f} {middle:.0f} {right:.1f} {middle:.0f} {right:.1f} {foot}h{width:.1f}"
        f"C{right + width:.1f} {middle:.0f} {left + width:.1f} {middle:.0f} {left + width:.1f} {top}z"
    )


def _stone(
    node: Node, flows: _Flows, places: Mapping[Node, tuple[float, float]], labels: Mapping[str, Any], sent: float, mirrored: bool
) -> Stone:
    start, width = places[node]
    x = WIDTH - start - width if mirrored else start
    y = node[0] * STEP
    label = labels.get(node[1], node[1])
    inside, room = len(str(label)) * LETTER_WIDTH, WIDTH - start - width
    last = not any(other[0] == node[0] and places[other][0] > start for other in places)
    label_x, outside = x + width / 2, False
    if inside > width:
        outside = last and inside + GAP < room
        beside = start + width + 4 + inside / 2
        label, label_x = (label, WIDTH - beside if mirrored else beside) if outside else ("", label_x)
    left = _weight(flows, node) - sent
    # The line under a stone is as long as the part that stays here.
    rests = f"M{x:.1f} {y + NODE + 3}h{min(width, max(left * FULL, LEAST_WIDTH)):.1f}" if left > LEAST_WEIGHT else ""
    return Stone(round(x, 1), y, round(width, 1), CLASS_OF_STAGE.get(node[1], "w3"), labels.get(node[1], node[1]), label,
                 round(label_x, 1), y + 15, outside, rests)  # fmt: skip
