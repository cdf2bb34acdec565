"""Who watches the log: its policy file, the cosignatures that came in, and what a page may therefore say of the log."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import OuterRef, Subquery

from awna.core.log.checkpoint import LogKey
from awna.core.log.disk import Disk, read_file, write_durably
from awna.core.log.policy import LogPolicy, policy_text, read_policy, simple_policy
from awna.core.problems import Problem, Refused

from ..models import Book, Checkpoint, Entry
from ..models.log import Cosignature
from . import heads
from .keys import known_keys, log_key, origin_of

SIGNED, WITNESSED, UNSIGNED = "signed", "witnessed", "unsigned"
WITNESSED_LOOKED_BACK = 200
"""How many heads are looked through, newest first, for one that enough witnesses have cosigned."""


@dataclass(frozen=True)
class Standing:
    """What is true of the log now. `state`: unsigned, signed, or witnessed (enough independent witnesses cosigned a head).

    `size`, `root`, `signed_at`: the newest head; `waiting`: entries after it. `witnesses`: names and times of those who cosigned the
    newest head with a quorum, which speaks of the first `witnessed_size` entries; `needed` of `listed` witnesses make a quorum.
    """

    state: str
    size: int = 0
    root: str = ""
    signed_at: datetime | None = None
    waiting: int = 0
    witnessed_size: int = 0
    witnessed_at: datetime | None = None
    witnesses: tuple[tuple[str, datetime], ...] = ()
    needed: int = 0
    listed: int = 0

    @property
    def is_witnessed(self) -> bool:
        return self.state == WITNESSED


@dataclass(frozen=True)
class WitnessedHead:
    row: Checkpoint
    note: str
    cosigned: tuple[tuple[str, datetime], ...]


def log_standing(book: Book) -> Standing:
    """Signed log or independently witnessed: the one place that decides which words a page may use."""
    newest = Checkpoint.objects.filter(book=OuterRef("book")).order_by("-size")
    parts = {name: Subquery(newest.values(name)[:1]) for name in ("size", "root", "signed_at")}
    last = Entry.objects.filter(book=book).order_by("-seq").annotate(**parts).values("seq", *parts).first()
    if last is None or last["size"] is None:
        return Standing(UNSIGNED, waiting=last["seq"] + 1 if last else 0)
    # Most logs have no witnesses yet; a page should not ask the database for them.
    policy = log_policy(book) if policy_source(book).exists() else LogPolicy()
    found = witnessed_head(book, policy=policy)
    return Standing(
        WITNESSED if found else SIGNED, last["size"], last["root"], last["signed_at"], max(0, last["seq"] + 1 - last["size"]),
        found.row.size if found else 0, max(at for _, at in found.cosigned) if found else None, found.cosigned if found else (),
        policy.needed, len(policy.witnesses))  # fmt: skip


def entries_of(book: Book) -> int:
    """How many entries the database holds."""
    last = Entry.objects.filter(book=book).order_by("-seq").values_list("seq", flat=True).first()
    return 0 if last is None else last + 1


def policy_source(book: Book) -> Path:
    """The operator's choice of witnesses and quorum; the published policy adds the log's key."""
    return Path(settings.AWNA_KEY_DIR) / f"log-{book.pk}.policy"


def log_policy(book: Book) -> LogPolicy:
    """The policy in force: this log's key, the chosen witnesses, their quorum."""
    data = read_file(policy_source(book).parent, policy_source(book).name)
    chosen = read_policy(data.decode(errors="replace")) if data else simple_policy((), quorum=0)
    key = log_key(book)
    if key.public in {witness.key.public for witness in chosen.witnesses}:
        raise Refused(
            Problem("witness_is_the_log", "The log cannot be its own witness. Take its key out of %(file)s.", {"file": policy_source(book)})
        )
    return LogPolicy(((key, f"{settings.AWNA_ORIGIN}/c/{book.campaign.slug}/log"),), chosen.witnesses, chosen.groups, chosen.quorum)


def choose_witnesses(book: Book, *, witnesses: list[LogKey], quorum: int, disk: Disk | None = None) -> LogPolicy:
    """Set who watches the log; `quorum` of them make a head independently witnessed."""
    place = policy_source(book)
    write_durably([(place.name, policy_text(simple_policy(witnesses, quorum=quorum)).encode())], under=place.parent, disk=disk or Disk())
    return log_policy(book)


def witnessed_head(book: Book, *, policy: LogPolicy) -> WitnessedHead | None:
    """The newest head that enough witnesses of the policy have cosigned; a policy that asks for none makes no head witnessed."""
    if not policy.needed:
        return None
    origin = origin_of(book)
    rows = Checkpoint.objects.filter(book=book, cosignatures__isnull=False).distinct().order_by("-size")[:WITNESSED_LOOKED_BACK]
    for row in rows:
        note = with_cosignatures(row.note, row=row, policy=policy)
        found = policy.cosignatures(note)
        if note.startswith(f"{origin}\n") and policy.is_met(found.keys()):
            return WitnessedHead(row, note, tuple((one.key.name, datetime.fromtimestamp(one.time_s, UTC)) for one in found.values()))
    return None


def with_cosignatures(note: str, *, row: Checkpoint, policy: LogPolicy) -> str:
    """The note with the newest right cosignature of each witness of the policy, in the policy's order."""
    lines = Cosignature.objects.filter(checkpoint=row).order_by("time_s").values_list("line", flat=True)
    whole = note + "".join(f"{line}\n" for line in lines)
    return note + "".join(f"{one.line}\n" for one in policy.cosignatures(whole).values())


def take_cosigned(book: Book, *, note: str) -> int:
    """Keep the cosignatures of a note that a witness returned; how many were new. Refused when it speaks of a head that was never signed here."""
    head = heads.head_of(note, keys=known_keys(book))
    row = Checkpoint.objects.filter(book=book, size=head.size, root=head.root.hex()).first() if head else None
    if head is None or row is None or head.origin != origin_of(book):
        raise Refused(
            Problem("head_unknown", "This is not a cosigned head of this log. Fetch the checkpoint, cosign it, and send it again.")
        )
    policy = log_policy(book)
    found = policy.cosignatures(note)
    if not found:
        raise Refused(
            Problem(
                "witness_unknown",
                "No witness of this log's policy cosigned this head. The operator adds a witness with awna publishlog --witness.",
            )
        )
    return sum(
        Cosignature.objects.get_or_create(checkpoint=row, key=str(one.key), time_s=one.time_s, defaults={"line": one.line})[1]
        for one in found.values()
    )


def take_inbox(book: Book, *, disk: Disk) -> list[Problem]:
    """Take in what witnesses dropped into the inbox folder. What cannot be used moves to the evidence folder, with the reason."""
    problems = []
    for file in sorted(heads.inbox_folder(book).glob("*")):
        note = (read_file(file.parent, file.name) or b"").decode(errors="replace")
        try:
            take_cosigned(book, note=note)
        except Refused as refused:
            problems += [problem.at(file.name) for problem in refused.problems]
            write_durably([(f"inbox-{file.name}", note.encode())], under=heads.evidence_folder(), disk=disk)
        disk.remove(file)
    return problems
