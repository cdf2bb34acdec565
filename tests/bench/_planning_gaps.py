"""P1 to P7: how far from the best known the plans of the public sets are, beside the peers at the same time limit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from ._measure import Figure
from ._planning_peers import RUNNERS, counted
from ._planning_sets import Instance, cpr, even, mmlib, mspsp, psplib, rg300
from ._planning_store import Result, Store

COUNTED = 50_000  # schedules of the protocol that the literature uses
CRITICAL_MOST = {"J120": 30.6, "J60": 10.6}  # per cent over the length of the critical path
ALL_PEERS = ("Awna", "PyJobShop", "CP-SAT", "one-pass LFT")
NO_MODES = ("Awna", "CP-SAT")  # PyJobShop knows neither seats nor producers
NOISE = 0.1  # percentage points of mean gap


@dataclass
class Race:
    """One set within one time limit: the finish of each peer on each instance."""

    target: str
    title: str
    instances: list[Instance]
    results: dict[str, list[Result]] = field(default_factory=dict)

    def gaps(self, peer: str) -> list[float]:
        """In per cent over the best known; only where the peer has a plan."""
        pairs = zip(self.instances, self.results[peer], strict=True)
        return [100 * (one["finish"] - inst.best) / inst.best for inst, one in pairs if inst.best and one["finish"] is not None]

    def mean(self, peer: str) -> float:
        return fmean(self.gaps(peer)) if self.gaps(peer) else float("nan")

    def hits(self, peer: str) -> int:
        return sum(gap <= 0 for gap in self.gaps(peer))

    def against(self, peer: str) -> tuple[int, int, int]:
        """How often Awna's plan is shorter, equal and longer; no plan is longer than any."""
        late = 10**9
        rows = zip(self.instances, self.results["Awna"], self.results[peer], strict=True)
        pairs = [(a["finish"] or late, b["finish"] or late) for one, a, b in rows if one.best]
        return sum(a < b for a, b in pairs), sum(a == b for a, b in pairs), sum(a > b for a, b in pairs)

    def line(self, peer: str) -> str:
        n, plans = sum(one.best is not None for one in self.instances), len(self.gaps(peer))
        none = f", {n - plans} without a plan" if plans < n else ""
        text = f"{self.mean(peer):+.2f} % mean, {self.hits(peer)} of {n} at the best known{none}" if plans else "no plan at all"
        if peer == "Awna":
            return text
        won, same, lost = self.against(peer)
        return f"{text}; Awna shorter {won}, same {same}, longer {lost}"

    def beside(self, *, all_but_noise: bool = False) -> list[Figure]:
        """A row per peer. Beaten = a lower mean gap on what both planned, and no more losses than wins."""
        figures = []
        for peer in self.results:
            name = f"{self.target} {self.title}: {peer}"
            if peer == "Awna":
                figures.append(Figure(name, self.line(peer)))
                continue
            won, _, lost = self.against(peer)
            mine, theirs = self._common(peer)
            room = NOISE if all_but_noise else 0.0
            met = won >= lost - (all_but_noise and 1) and mine <= theirs + room
            figures.append(Figure(name, self.line(peer), "not ahead by more than noise" if all_but_noise else "behind Awna", met))
        return figures

    def _common(self, peer: str) -> tuple[float, float]:
        """Mean gaps of Awna and of a peer where both have a plan."""
        both = [
            (a["finish"] / inst.best, b["finish"] / inst.best)
            for inst, a, b in zip(self.instances, self.results["Awna"], self.results[peer], strict=True)
            if inst.best and a["finish"] is not None and b["finish"] is not None
        ]
        return (100 * fmean(a for a, _ in both), 100 * fmean(b for _, b in both)) if both else (0.0, 0.0)


def race(store: Store, target: str, title: str, instances: Sequence[Instance], seconds: float, peers: Sequence[str]) -> Race:
    """In turn on each instance, never two at once, so that a busy machine slows all alike."""
    found = Race(target, f"{title} at {seconds:g} s", list(instances), {peer: [] for peer in peers})
    for number, one in enumerate(instances, 1):
        words = []
        for peer in peers:
            limit = "once" if peer == "one-pass LFT" else f"{seconds:g} s"
            result = store.measured(peer, one.name, limit, lambda run=RUNNERS[peer], one=one: run(one.project, seconds))
            found.results[peer].append(result)
            words.append(f"{peer} {result['finish']}")
        print(f"  {target} {found.title} {number}/{len(instances)} {one.name}: best {one.best}, {', '.join(words)}", flush=True)
    return found


@dataclass(frozen=True)
class Scope:
    """How much is measured: factors of the default sample and of the seconds, or everything."""

    size: float = 1.0
    seconds: float = 1.0
    full: bool = False
    seed: int = 1

    def some(self, items: Sequence[Instance], count: int, *, name: str) -> list[Instance]:
        return list(items) if self.full else even(items, self.count(count), seed=self.seed, name=name, hardness=lambda one: one.hardness)

    def count(self, count: int, full: int | None = None) -> int:
        return (full or count) if self.full else max(1, round(count * self.size))


def p1(store: Store, scope: Scope) -> list[Figure]:
    all_of_them = psplib("j120")
    short = race(store, "P1", "J120", scope.some(all_of_them, 14, name="j120"), 5 * scope.seconds, ALL_PEERS)
    long = race(
        store, "P1", "J120", scope.some(all_of_them, 3, name="j120 long"), 30 * scope.seconds, ALL_PEERS if scope.full else ("Awna",)
    )
    gap, later = short.mean("Awna"), long.mean("Awna")
    return [
        Figure(f"P1 {short.title}, mean gap, n = {len(short.instances)}: floor", f"{gap:.2f} %", "<= 1.3 %", gap <= 1.3),
        Figure(f"P1 {short.title}, mean gap, n = {len(short.instances)}: target", f"{gap:.2f} %", "<= 1.0 %", gap <= 1.0),
        Figure(f"P1 {long.title}, mean gap, n = {len(long.instances)}", f"{later:.2f} %", "<= 0.8 %", later <= 0.8),
        *short.beside(),
        *(long.beside() if scope.full else []),
    ]


def p2(store: Store, scope: Scope) -> list[Figure]:
    found = race(store, "P2", "J60", scope.some(psplib("j60"), 16, name="j60"), 5 * scope.seconds, ALL_PEERS)
    n = len(found.instances)
    gap, hits = found.mean("Awna"), 100 * found.hits("Awna") / n
    return [
        Figure(f"P2 {found.title}, mean gap, n = {n}", f"{gap:.2f} %", "<= 0.15 %", gap <= 0.15),
        Figure(f"P2 {found.title}, at the best known, n = {n}", f"{hits:.1f} %", ">= 88 %", hits >= 88),
        *found.beside(all_but_noise=True),
    ]


def p3(store: Store, scope: Scope) -> list[Figure]:
    found = race(store, "P3", "RG300", scope.some(rg300(), 4, name="rg300"), 10 * scope.seconds, ALL_PEERS)
    gap = found.mean("Awna")
    return [Figure(f"P3 {found.title}, mean gap, n = {len(found.instances)}", f"{gap:.2f} %", "<= 0.6 %", gap <= 0.6), *found.beside()]


def p4(store: Store, scope: Scope) -> list[Figure]:
    """Deviation from the critical path, which is what papers print that count schedules."""
    figures = []
    for title, name in (("J120", "j120"), ("J60", "j60")):
        instances, over, gaps, cpu = scope.some(psplib(name), 180, name=f"{name} counted"), [], [], 0.0
        for one in instances:
            result = store.measured("Awna", one.name, f"{COUNTED} schedules", lambda one=one: counted(one.project, COUNTED))
            over.append(100 * (result["finish"] - one.critical) / one.critical)
            gaps.append(100 * (result["finish"] - (one.best or 0)) / (one.best or 1))
            cpu += result["cpu"]
        known = fmean(100 * ((one.best or 0) - one.critical) / one.critical for one in instances)
        note = f"{fmean(gaps):.2f} % over the best known, whose own is {known:.2f} %; {1e6 * cpu / COUNTED / len(instances):.1f} us of CPU a schedule"
        most = CRITICAL_MOST[title]
        figures.append(
            Figure(
                f"P4 {title} after {COUNTED} schedules, over the critical path, n = {len(instances)}",
                f"{fmean(over):.2f} % ({note})",
                f"<= {most} %",
                fmean(over) <= most,
            )
        )
    return figures


def p5(store: Store, scope: Scope) -> list[Figure]:
    found = race(store, "P5", "MSPSP", scope.some(mspsp(), 12, name="mspsp"), 5 * scope.seconds, (*NO_MODES, "one-pass LFT"))
    gaps, n = found.gaps("Awna"), len(found.instances)
    worst = max(gaps, default=float("nan"))
    return [
        Figure(
            f"P5 {found.title}, mean over the results of 2017, n = {n}", f"{found.mean('Awna'):+.2f} %", "<= 0 %", found.mean("Awna") <= 0
        ),
        Figure(f"P5 {found.title}, the worst of them", f"{worst:+.2f} %", "<= 3 %", worst <= 3),
        Figure(f"P5 {found.title}, without a valid roster", f"{n - len(gaps)}", "0", len(gaps) == n),
        *found.beside(),
    ]


def p6(store: Store, scope: Scope) -> list[Figure]:
    figures = []
    for category, most in (("MMLIB50", 1.5), ("MMLIB100", 3.0)):
        found = race(store, "P6", category, scope.some(mmlib(category), 3, name=category), 10 * scope.seconds, ALL_PEERS)
        gap, n = found.mean("Awna"), len(found.instances)
        figures += [
            Figure(f"P6 {found.title}, mean gap, n = {n}", f"{gap:.2f} %", f"<= {most} %", gap <= most),
            Figure(f"P6 {found.title}, without a plan", f"{n - len(found.gaps('Awna'))}", "0", len(found.gaps("Awna")) == n),
            *found.beside(),
        ]
    return figures


def p7(store: Store, scope: Scope) -> list[Figure]:
    """Both kinds have a share in the sample, so that a planner that refuses everything or nothing is seen."""
    every = cpr()
    none = scope.some([one for one in every if one.best is None], 3, name="cpr none")
    instances = [*scope.some([one for one in every if one.best is not None], 12, name="cpr"), *none]
    found = race(store, "P7", "CPR", instances, 5 * scope.seconds, NO_MODES)
    pairs = list(zip(instances, found.results["Awna"], strict=True))
    matched = sum((one.best is None) == (result["finish"] is None) for one, result in pairs)
    near = sum(gap <= 1 for gap in found.gaps("Awna"))
    with_plan = sum(one.best is not None for one in instances)
    return [
        Figure(f"P7 {found.title}, published status matched", f"{matched} of {len(pairs)}", "all", matched == len(pairs)),
        Figure(f"P7 {found.title}, within 1 % of the published optimum", f"{near} of {with_plan}", "all", near == with_plan),
        *found.beside(),
    ]


PARTS: dict[str, Callable[[Store, Scope], list[Figure]]] = {"P1": p1, "P2": p2, "P3": p3, "P4": p4, "P5": p5, "P6": p6, "P7": p7}
