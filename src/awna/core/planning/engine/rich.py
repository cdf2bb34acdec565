"""Schedule generation with everything that the kernel knows: ways, windows, machines with dips, dated stocks, crews."""

from .basics import Ints, compiled, draw
from .closely import close_group, close_together, delay, end_of, latest, low_of, minded, open_group, take_back_to
from .desk import AT, LINE, RELEASE, TRAIL, TRIED, Bench, Desk
from .flat import Net, Rich
from .relay import block_clash, hold, occupy, staff
from .rules import COUNT, EVERYBODY, LAG, LIMITED, MINE, NTH, OWN
from .stock import change_stores, count_rest, open_stores, served_from, trade

TAKEN_BACK_MAX = 150  # times that a group is taken back in one walk
PLACED, NO_PLACE = -1, -2  # what comes of a try to place a task; or who must go later
REPAIRS = 4  # times that a list is begun anew with a task later, because another must not come too long after it
LATE = 1 << 40  # the finish of a list that leads to no plan; what it leaves out counts on top


@compiled
def open_day(r: Rich, b: Bench, until: int) -> None:
    """Frees machines and people in [0, until) and fills the stores."""
    for slot in range(until):
        for word in range(b.free.shape[1]):
            b.free[slot, word] = r.base[slot, word]
    for slot in range(min(until, b.there.shape[0])):
        for word in range(b.there.shape[1]):
            b.there[slot, word] = r.masks[EVERYBODY, word]
    for rule in range(b.toil.shape[0]):
        for slot in range(min(until, b.toil.shape[1])):
            b.toil[rule, slot] = 0
    for site in range(b.beds.shape[0]):
        for slot in range(min(until, b.beds.shape[1])):
            b.beds[site, slot] = r.beds[site]
    open_stores(r, b)


@compiled
def machine_clash(r: Rich, b: Bench, way: int, start: int, finish: int) -> int:
    """The last slot of a stay in which a machine is short; -1 = none is."""
    for slot in range(finish - 1, start - 1, -1):
        for word in range(b.free.shape[1]):
            if ((b.free[slot, word] | r.guard) - r.demand[way, word]) & r.guard != r.guard:
                return slot
    return -1


@compiled
def ending_by(r: Rich, way: int, finish: int) -> int:
    """The last start by which a way ends by `finish`; negative when there is none."""
    duration = r.duration[way]
    if duration == 0 or finish < 0:
        return int(finish - duration)
    table = r.table[way]
    first = r.work[COUNT, table, min(finish, r.horizon)] - duration
    return int(r.work[NTH, table, first]) if first >= 0 else -1


@compiled
def next_allowed(r: Rich, task: int, way: int, start: int) -> int:
    """The first start that windows and the hours of the site allow."""
    table = r.table[way]
    for at in range(r.window_at[task], r.window_at[task + 1]):
        if start < r.window[at, 1]:
            start = max(start, r.window[at, 0])
            if r.duration[way] > 0:
                start = r.work[NTH, table, r.work[COUNT, table, start]]
            if start < r.window[at, 1]:
                return int(start)
    return r.horizon + 1


@compiled
def find_place(r: Rich, b: Bench, task: int, way: int, start: int, last_start: int, last_finish: int) -> int:
    """The first start from `start` on where machines, stock and people are there; -1 = none. Leaves the crew noted."""
    served = served_from(r, b, way)
    if served < 0:
        return -1
    start = max(start, served)
    seats = r.seat_at[way + 1] - r.seat_at[way]
    while start <= min(last_start, r.horizon):
        start = next_allowed(r, task, way, start)
        if start > min(last_start, r.horizon):
            return -1
        finish = end_of(r, way, start)
        if finish > min(last_finish, r.horizon):
            return -1
        clash = machine_clash(r, b, way, start, finish)
        if clash >= 0:
            start = clash + 1
            continue
        if seats == 0 or staff(r, b, task, way, start, finish):
            return start
        start += 1
    return -1


@compiled
def put(r: Rich, d: Desk, b: Bench, task: int, choice: int, start: int) -> None:
    """Writes a task down and takes what it needs; the caller has seen that it is there."""
    way = r.way_at[task] + choice
    finish = end_of(r, way, start)
    for slot in range(start, finish):
        for word in range(b.free.shape[1]):
            b.free[slot, word] -= r.demand[way, word]
    trade(r, b, way, start, finish)
    if r.seat_at[way + 1] > r.seat_at[way]:
        occupy(r, b, task, way, start, finish)
    d.ways[task] = choice
    d.starts[task] = start
    d.finishes[task] = finish


@compiled
def earliest(f: Net, r: Rich, d: Desk, task: int, way: int) -> int:
    start = 0
    for edge in range(f.before_at[task], f.before_at[task + 1]):
        bound = low_of(r, d, edge, f.before[edge])
        if r.links[edge, MINE] == 0:
            start = max(start, bound)
        elif r.duration[way] == 0 or r.table[way] == 0:
            start = max(start, bound - r.duration[way])
        else:
            start = max(start, ending_by(r, way, bound - 1) + 1)
    return start


@compiled
def place_task(f: Net, r: Rich, d: Desk, b: Bench, task: int, choice: int, choose: bool, bound: bool) -> bool:
    """Places a task by its way; with `choose` by the way that finishes first, as far as the stores suffice for all.

    Not `bound`: as if no other task minded how long after it this one comes; then the place is only noted in `starts` and `finishes`.
    """
    first = r.way_at[task]
    last_start, last_finish = latest(f, r, d, task)
    if not bound:
        last_start, last_finish = r.horizon, r.horizon
    best, start, finish = choice, d.starts[task], LATE  # -1 as yet
    count = r.way_at[task + 1] - first if choose else 1
    for turn in range(count + 1):
        one = choice if turn == 0 else turn - 1 if turn <= choice else turn
        since = b.lists[RELEASE, task]
        if turn == count:
            if count == 1 or start < 0:
                break
            one, since = best, start  # a way tried later has overwritten the crew
        if one != best and not change_stores(r, b, first + best, first + one):
            change_stores(r, b, first + one, first + best)  # back again
            continue
        at = find_place(r, b, task, first + one, max(since, earliest(f, r, d, task, first + one)), last_start, last_finish)
        if one == best:
            start = at
            finish = end_of(r, first + one, at) if at >= 0 else LATE
        elif at >= 0 and end_of(r, first + one, at) < finish:
            best, start, finish = one, at, end_of(r, first + one, at)
        else:
            change_stores(r, b, first + one, first + best)
    if start < 0:
        return False
    if bound:
        put(r, d, b, task, best, start)
    else:
        d.starts[task], d.finishes[task] = start, finish
    return True


@compiled
def forward_rich(f: Net, r: Rich, d: Desk, b: Bench, order: Ints, ways: Ints, until: int, rng: Ints, percent: int) -> int:
    """The finish of the schedule of a list; LATE and more when tasks found no place.

    Where tasks must follow others soon, the list may be begun anew with later releases: see `closely`.
    """
    for task in range(f.n):
        b.lists[RELEASE, task] = 0
        b.lists[LINE, task] = order[task]
        b.lists[AT, order[task]] = task
    finish, turns = LATE, REPAIRS + 1 if r.form[LIMITED] != 0 else 1
    for turn in range(turns):
        finish = place_all(f, r, d, b, ways, until if turn == 0 else b.free.shape[0], rng, percent)
        if finish < 2 * LATE and (finish < LATE or turn > 0):
            break
        if turn == 0 and turns > 1:  # not as it stands: from now on with those that belong together close together
            close_together(f, r, d, b, order)
            for task in range(f.n):
                b.lists[RELEASE, task] = 0
    return finish if finish < 2 * LATE else finish - LATE


@compiled
def begin(f: Net, r: Rich, d: Desk, b: Bench, ways: Ints, until: int) -> None:
    """Everything as before the first task of a walk."""
    open_day(r, b, until)
    count_rest(r, b, ways)
    for task in range(f.n):
        d.starts[task] = -1
        d.ways[task] = ways[task]
        b.lists[TRIED, task] = -1


@compiled
def place_all(f: Net, r: Rich, d: Desk, b: Bench, ways: Ints, until: int, rng: Ints, percent: int) -> int:
    """One walk through the line; 2 * LATE and more when it is to be begun anew with later releases.

    A task whose stock is not there yet waits for producers further down the list and is tried again after each of
    them (`TRIED` = how many had been placed when it was); one that finds no place for other reasons ends the walk. `percent` of the tasks with several ways choose theirs anew.
    """
    begin(f, r, d, b, ways, until)
    waiting, place, done, base, gifts, tries = 0, 0, 0, 0, 0, TAKEN_BACK_MAX  # d.stack[:waiting] = tasks passed over
    while place < f.n or waiting > 0:
        outcome, fresh, at, task = NO_PLACE, -1, 0, -1
        while at <= waiting and outcome == NO_PLACE and (at < waiting or place < f.n):
            choose = False
            if at < waiting:
                task = d.stack[at]
            else:
                task = b.lists[LINE, place]
                place += 1
                if d.starts[task] >= 0:
                    outcome = task  # it kept its place when others were taken back
                    break
                fresh = task
                choose = percent > 0 and r.way_at[task + 1] - r.way_at[task] > 1 and draw(rng, 100) < percent
                if r.form[LIMITED] != 0 and not minded(f, r, task):
                    base = done
                    open_group(b)
            if b.lists[TRIED, task] < gifts and ready(f, d, task):
                b.lists[TRIED, task] = gifts
                outcome = place_or_mind(f, r, d, b, task, choose)
                if outcome == NO_PLACE and not waits(r, d, task):
                    return LATE + f.n - done
            at += 1
        if outcome == task:
            continue
        if outcome == PLACED:
            b.lists[TRAIL, done] = task
            done += 1
            way = r.way_at[task] + d.ways[task]
            gifts += int(r.gift_at[way + 1] > r.gift_at[way])
            if fresh < 0:
                waiting = without(d.stack, waiting, at - 1)
        elif outcome == NO_PLACE:
            if fresh < 0:
                break
            d.stack[waiting] = fresh
            waiting += 1
        else:
            tries -= 1
            if tries == 0 or not within(b, outcome, base, done):
                return 2 * LATE + f.n - done
            b.lists[TRIED, task] = -1
            done, waiting = go_back(r, d, b, outcome, base, done, waiting)
            place = b.lists[AT, outcome]
    finish = 0
    for task in range(f.n):
        finish = max(finish, d.finishes[task] if d.starts[task] >= 0 else 0)
    return finish if waiting == 0 else LATE + waiting


@compiled
def waits(r: Rich, d: Desk, task: int) -> bool:
    """Whether producers could still help a task that has found no place."""
    way = r.way_at[task] + d.ways[task]
    return bool(r.gift.shape[0] > 0 and r.draw_at[way + 1] > r.draw_at[way])


@compiled
def place_or_mind(f: Net, r: Rich, d: Desk, b: Bench, task: int, choose: bool) -> int:
    """PLACED, NO_PLACE, or the first task of the line that must go later because this one would come too long after it."""
    for bound in range(1, -1 if minded(f, r, task) else 0, -1):
        if place_task(f, r, d, b, task, d.ways[task], choose and bound == 1, bound == 1):
            if bound == 1:
                return PLACED
            first = delay(f, r, d, b, task)
            d.starts[task] = -1
            return first if first >= 0 else NO_PLACE
    return NO_PLACE


@compiled
def without(stack: Ints, count: int, at: int) -> int:
    """Takes one out of a stack; how many are left."""
    for later in range(at, count - 1):
        stack[later] = stack[later + 1]
    return count - 1


@compiled
def within(b: Bench, task: int, since: int, until: int) -> bool:
    """Whether a task stands in a stretch of the trail."""
    for place in range(since, until):
        if b.lists[TRAIL, place] == task:
            return True
    return False


@compiled
def go_back(r: Rich, d: Desk, b: Bench, first: int, base: int, done: int, waiting: int) -> tuple[int, int]:
    """Takes back what stands in the line from `first` on, all of it in the present group; the new ends of trail and stack."""
    done = take_back_to(r, d, b, base, done, first)
    close_group(b)
    for place in range(base, done):
        task = b.lists[TRAIL, place]
        trade(r, b, r.way_at[task] + d.ways[task], d.starts[task], d.finishes[task])
    left = 0
    for at in range(waiting):
        if b.lists[AT, d.stack[at]] < b.lists[AT, first]:
            d.stack[left] = d.stack[at]
            left += 1
        else:
            b.lists[TRIED, d.stack[at]] = -1
    return done, left


@compiled
def ready(f: Net, d: Desk, task: int) -> bool:
    for edge in range(f.before_at[task], f.before_at[task + 1]):
        if d.starts[f.before[edge]] < 0:
            return False
    return True


@compiled
def backward_rich(f: Net, r: Rich, d: Desk, b: Bench, order: Ints, finish: int) -> None:
    """Moves the tasks of the last schedule right, each with its crew; stocks only gain by that. Starts become keys."""
    open_day(r, b, finish)
    for place in range(f.n):
        task = order[place]
        way = r.way_at[task] + d.ways[task]
        own = d.starts[task]
        end, start = finish, finish  # not after
        for at in range(f.after_at[task], f.after_at[task + 1]):
            edge, other = f.after_edge[at], f.after[at]
            limit = (d.finishes[other] if r.links[edge, MINE] else d.starts[other]) - r.links[edge, LAG]
            if r.links[edge, OWN]:
                end = min(end, limit)
            else:
                start = min(start, limit)
        start = max(latest_place(r, b, task, way, min(start, ending_by(r, way, end)), own), own)
        finished = end_of(r, way, start)
        for slot in range(start, finished):
            for word in range(b.free.shape[1]):
                b.free[slot, word] -= r.demand[way, word]
        if r.seat_at[way + 1] > r.seat_at[way]:
            hold(r, b, task, start, finished, start - own)
        d.starts[task] = start
        d.finishes[task] = finished


@compiled
def latest_place(r: Rich, b: Bench, task: int, way: int, start: int, own: int) -> int:
    """The last start in (own, start] with machines and the same crew free; `own` when there is none."""
    crewed = r.seat_at[way + 1] > r.seat_at[way]
    while start > own:
        finish = end_of(r, way, start)
        clash = -1
        for slot in range(start, finish):
            for word in range(b.free.shape[1]):
                if ((b.free[slot, word] | r.guard) - r.demand[way, word]) & r.guard != r.guard:
                    clash = slot
            if clash >= 0:
                break
        if crewed:
            other = block_clash(r, b, task, way, start, finish, start - own)
            clash = other if clash < 0 else clash if other < 0 else min(clash, other)
        if clash < 0:
            return start
        start = min(ending_by(r, way, clash), start - 1)
    return own
