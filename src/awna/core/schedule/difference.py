"""What changed between two imports of a schedule: tasks that came, went or moved, and relations, by identities that stay."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .model import Relation, Schedule, Task

COMPARED = (
    "name", "kind", "start", "finish", "duration_s", "elapsed", "percent", "actual_start", "actual_finish", "constraint", "constraint_date",
    "deadline", "active",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One field of a task: what it was and what it is."""

    task: str
    field: str
    old: object
    new: object


@dataclass(frozen=True)
class Difference:
    """`key` says by what the tasks were recognised: code, guid or id. Relations name tasks by that key."""

    key: str
    added: tuple[Task, ...]
    removed: tuple[Task, ...]
    changed: tuple[Change, ...]
    moved: tuple[Change, ...]
    """Tasks that stand below another summary; `old` and `new` are its key."""
    relations_added: tuple[Relation, ...]
    relations_removed: tuple[Relation, ...]

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.changed, self.moved, self.relations_added, self.relations_removed))


def compare(old: Schedule, new: Schedule) -> Difference:
    """The difference from `old` to `new`; a relation whose lag changed counts as removed and added."""
    key = identity(old, new)
    before, after = ({getattr(task, key): task for task in schedule.tasks} for schedule in (old, new))
    keys_before, keys_after = ({task.id: str(getattr(task, key)) for task in schedule.tasks} for schedule in (old, new))
    both = [one for one in after if one in before]
    changed = [
        Change(one, field, getattr(before[one], field), getattr(after[one], field))
        for one in both
        for field in COMPARED
        if getattr(before[one], field) != getattr(after[one], field)
    ]
    parents = [(one, keys_before.get(before[one].parent, ""), keys_after.get(after[one].parent, "")) for one in both]
    relations_before, relations_after = _named(old.relations, keys_before), _named(new.relations, keys_after)
    return Difference(
        key,
        tuple(task for one, task in after.items() if one not in before),
        tuple(task for one, task in before.items() if one not in after),
        tuple(changed),
        tuple(Change(one, "parent", was, now) for one, was, now in parents if was != now),
        tuple(relation for relation in relations_after if relation not in relations_before),
        tuple(relation for relation in relations_before if relation not in relations_after),
    )


def identity(old: Schedule, new: Schedule) -> str:
    """The first of code, guid and id that each task of both has for itself alone, and that some of them share."""
    for key in ("code", "guid"):
        told = [[getattr(task, key) for task in schedule.tasks] for schedule in (old, new)]
        if all(all(keys) and len(set(keys)) == len(keys) for keys in told) and set(told[0]) & set(told[1]):
            return key
    return "id"


def _named(relations: Iterable[Relation], keys: dict[str, str]) -> dict[Relation, None]:
    return dict.fromkeys(replace(one, before=keys.get(one.before, one.before), after=keys.get(one.after, one.after)) for one in relations)
