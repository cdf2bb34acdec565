"""A small book, from the founding to goods at the task, for the tests of ledger, log and verifier."""

from dataclasses import replace

from awna.core.consent.policy import Policy, policy_digest, policy_payload
from awna.core.consent.proposal import ExactRow, Milestone, Proposal, proposal_digest, proposal_value
from awna.core.ledger.balances import Replay, apply_entry, trial_balance_digest
from awna.core.ledger.entries import (
    AccountOpening,
    Batch,
    CommodityOpening,
    Covers,
    CustodyOpening,
    Decision,
    Document,
    Entry,
    FundOpening,
    Transfer,
    commit,
    leaf_bytes,
)
from awna.core.ledger.shelter import Share, ShareTree, movements_root, share_reference
from awna.core.log.checkpoint import Checkpoint, key_of_seed, sign_checkpoint
from awna.core.log.dump import DumpHeader, Opening, write_dump
from awna.core.log.tree import hash_leaf, root_of
from tests.authenticator import Authenticator, founded, keyring

SEED = bytes(range(32))
ORIGIN = "log.example/clinic"
KEY = key_of_seed(SEED, name=ORIGIN)
BOOK = "book-clinic"
SALT = bytes(32)
STEWARDS = ("salma", "sami", "sara")
POLICY = founded(Policy(BOOK, ORIGIN, 2, STEWARDS), keyring(*STEWARDS))
RECEIPT, GIFT_KEY = "RF18 DANA", bytes(range(1, 33))
"""Dana's gift is entry 1; a share of the same receipt and key stands in the sheltered batch."""
PAPER = Document("paper", "ab" * 32)
NONCE = "0c" * 16
APRIL = "2026-04-02"


def account(
    stage: str, *, custody: str = "", fund: str = "general", commodity: str = "EUR", proposal: str = "", milestone: str = ""
) -> AccountOpening:
    name = ".".join(part for part in (stage, custody, fund, commodity, proposal, milestone) if part)
    return AccountOpening(name, stage, custody, fund, commodity, proposal, milestone)


class Story:
    """Adds entries with the next number; opens on the way what was not open."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.openings: list[Opening] = []
        self.opened: set[str] = set()
        self.proposals: dict[str, Proposal] = {}

    def add(self, kind: str, *rows: tuple, date: str = "2026-03-01", author: str = "karim", **fields: object) -> Entry:
        """A row is (debit account, credit account, amount, extras)."""
        new = {one.id: one for row in rows for one in row[:2] if one.id not in self.opened}
        self.opened |= new.keys()
        accounts = tuple(self.with_private(one) for one in new.values())
        transfers = tuple(Transfer(row[0].id, row[1].id, row[2], **(row[3] if len(row) > 3 else {})) for row in rows)
        seq = len(self.entries)
        entry = Entry(seq, f"entry-{seq}", kind, date, author, rows=transfers, accounts=accounts, **fields)
        self.entries.append(entry)
        return entry

    def with_private(self, opening: AccountOpening) -> AccountOpening:
        """The first stock account keeps its place private; its opening is published."""
        if opening.stage != "stock" or self.openings:
            return opening
        self.openings.append(Opening(opening.id, "place_coarse", "Store in the valley", SALT))
        return replace(opening, private={"place_coarse": commit(SALT, of=opening.id, name="place_coarse", value="Store in the valley")})

    def file(self, name: str, *, purpose: str = "release", **fields: object) -> Proposal:
        proposal = Proposal(BOOK, name, purpose, policy_digest(POLICY), "2026-06-30", NONCE, **fields)
        self.proposals[name] = proposal
        self.add(
            "memo",
            date=APRIL if len(self.entries) > 25 else "2026-03-01",
            proposal=name,
            payload={"about": "proposal", "proposal": proposal_value(proposal)},
        )
        return proposal

    def yes(self, name: str, *stewards: str) -> tuple[Decision, ...]:
        digest = proposal_digest(self.proposals[name])
        return tuple(Decision(steward, name, digest, "2026-03-02", **Authenticator(steward).approve(digest)) for steward in stewards)


EXT = account("ext")
FREE = account("free", custody="bank-1")
UNKNOWN = account("free", custody="bank-1", fund="unidentified")
CEMENT_EXT = account("ext", commodity="cement")
STOCK = account("stock", custody="store", commodity="cement")
ISSUED = account("issued", custody="roof", commodity="cement")


def gifts(story: Story) -> None:
    story.add(
        "policy", payload=policy_payload(POLICY), author="salma",
        commodities=(
            CommodityOpening("EUR", "money", 2, "EUR"), CommodityOpening("USD", "money", 2, "USD"),
            CommodityOpening("cement", "material", 0), CommodityOpening("hour", "time", 2)),
        funds=(FundOpening("general"), FundOpening("roof-fund", "general"), FundOpening("unidentified")),
        custodies=(
            CustodyOpening("bank-1", "bank"), CustodyOpening("bank-2", "bank"), CustodyOpening("store", "place"),
            CustodyOpening("roof", "task"), CustodyOpening("way", "remittance"), CustodyOpening("truck", "consignment")))  # fmt: skip
    reference = {"reference": share_reference(GIFT_KEY, receipt=RECEIPT)}
    story.add("gift", (EXT, FREE, 60_000, {"movement": "line-1"}), private=reference)
    story.add("gift", (account("ext", fund="unidentified"), UNKNOWN, 40_000, {"movement": "line-2"}))
    story.add("allocate", (UNKNOWN, FREE, 40_000, {"lot": (2, 1)}))


def purchase(story: Story) -> None:
    """Held, released by two stewards, ordered, paid, received short by 1 of 80, issued; one bag is lost."""
    place = {"custody": "bank-1", "proposal": "buy", "milestone": "1"}
    held, released, committed = (account(stage, **place) for stage in ("held", "released", "committed"))
    story.file("buy", milestones=(Milestone("1", "bank-1", "general", "EUR", 70_000, ("invoice",), "2026-03-01"),))
    hold = story.add("hold", (FREE, held, 70_000), proposal="buy")
    story.add("release", (held, released, 70_000, {"resolves": (hold.seq, 1)}), proposal="buy", decisions=story.yes("buy", "salma", "sami"))
    story.add("order", (released, committed, 70_000), proposal="buy", documents=(PAPER,))
    story.add("pay", (committed, EXT, 70_000, {"movement": "line-3"}), proposal="buy", documents=(Document("invoice", "cd" * 32),))
    story.add("receive_goods", (CEMENT_EXT, STOCK, 79, {"covers": Covers(committed.id, 70_000)}), second="nour")
    story.add("issue", (STOCK, ISSUED, 50))
    story.add("loss", (STOCK, account("lost", commodity="cement"), 1), second="nour", documents=(PAPER,))


def remittance(story: Story) -> None:
    """100.00 EUR go to the owner's account in USD; the bank keeps 2.00 on the way."""
    place = {"custody": "bank-1", "proposal": "send"}
    first, charges = ([account(stage, milestone=n, **place) for stage in ("held", "released")] for n in ("1", "charges"))
    way, way_usd = (account("transit", custody="way", commodity=code, proposal="send", milestone="1") for code in ("EUR", "USD"))
    milestones = (Milestone("1", "bank-1", "general", "EUR", 10_000), Milestone("charges", "bank-1", "general", "EUR", 300))
    story.file("send", purpose="remit", target="bank-2", milestones=milestones, least_arrival=10_400)
    hold = story.add("hold", (FREE, first[0], 10_000), (FREE, charges[0], 300), proposal="send")
    rows = [(*pair, amount, {"resolves": (hold.seq, line)}) for line, (pair, amount) in enumerate(((first, 10_000), (charges, 300)), 1)]
    story.add("release", *rows, proposal="send", decisions=story.yes("send", "sara", "sami"))
    story.add("remit", (first[1], way, 10_000, {"movement": "line-4"}), proposal="send")
    story.add("fee", (way, EXT, 200), proposal="send")
    story.add("fx", (way, account("trading"), 9_800), (account("trading", commodity="USD"), way_usd, 10_500), proposal="send")
    story.add("remit", (way_usd, account("free", custody="bank-2", commodity="USD"), 10_500, {"movement": "line-5"}), proposal="send")


def mistakes(story: Story) -> None:
    """A doubled gift is reversed, a count corrected, lost hours approved, a wrong fund reclassed, the month closed."""
    wrong = story.add("gift_in_kind", (CEMENT_EXT, STOCK, 5), second="nour")
    story.add("reverse", (STOCK, CEMENT_EXT, 5), second="nour", reverses=wrong.seq)
    story.add("correction", (ISSUED, STOCK, 2, {"corrects": (10, 1)}), second="nour")
    story.add("hours", (account("ext", commodity="hour"), account("issued", custody="roof", commodity="hour"), 450), second="rami")
    roof = account("free", custody="bank-1", fund="roof-fund")
    story.file("move", purpose="reclass", rows=(ExactRow(FREE.id, roof.id, 1_000),))
    story.add("reclass", (FREE, roof, 1_000), proposal="move", decisions=story.yes("move", "salma", "sara"))
    book = Replay()
    for entry in story.entries:
        apply_entry(book, entry=entry)
    story.add("close", payload={"about": "close", "through": "2026-03-31", "balances": trial_balance_digest(book)}, date="2026-04-01")


def statements(story: Story) -> None:
    """What the banks say of all that was used so far, and of one line that nobody has booked yet."""
    lines = {
        "bank-1": {"line-1": 60_000, "line-2": 40_000, "line-3": -70_000, "line-4": -10_000, "line-6": 700},
        "bank-2": {"line-5": 10_500},
    }
    for bank, amounts in lines.items():
        listed = [{"id": name, "amount": str(amount)} for name, amount in sorted(amounts.items())]
        said = {"about": "statement", "custody": bank, "opening": "0", "closing": str(sum(amounts.values())), "movements": listed}
        story.add("memo", date=APRIL, payload=said)


def sheltered(story: Story) -> list[Share]:
    """Twelve gifts in one row, Dana's among them."""
    shares = [Share(share_reference(GIFT_KEY, receipt=RECEIPT), 500)]
    shares += [Share(share_reference(bytes([n]) * 32, receipt=f"RF{n}"), 100 * n) for n in range(1, 12)]
    lines = [f"sheltered-{n}" for n in range(12)]
    batch = Batch(12, movements_root(lines, seed=SALT), ShareTree(shares, seed=SALT).root)
    story.add("memo", date=APRIL, payload={"about": "statement", "custody": "bank-3", "commitment": "ef" * 32},
              custodies=(CustodyOpening("bank-3", "bank"),))  # fmt: skip
    story.add("gift", (EXT, account("free", custody="bank-3"), sum(share.amount for share in shares)), date=APRIL, batch=batch)
    return shares


def advance(story: Story) -> None:
    """A supplier gets 100.00 in advance, clears it by a receipt, and 20.00 after the defects date; the rest of the ceiling is freed."""
    place = {"custody": "bank-1", "proposal": "mason"}
    parts = {n: [account(stage, milestone=n, **place) for stage in ("held", "released")] for n in ("1", "2", "3")}
    asked = (("1", 10_000, "2026-03-01"), ("2", 2_000, "2026-04-10"), ("3", 1_000, ""))
    story.file("mason", milestones=tuple(Milestone(n, "bank-1", "general", "EUR", amount, ("invoice",) if n == "2" else (), day)
                                         for n, amount, day in asked))  # fmt: skip
    hold = story.add("hold", *((FREE, parts[n][0], amount) for n, amount, _ in asked), date=APRIL, proposal="mason")
    rows = [(*parts[n], amount, {"resolves": (hold.seq, line)}) for line, (n, amount, _) in enumerate(asked, 1)]
    story.add("release", *rows, date=APRIL, proposal="mason", decisions=story.yes("mason", "salma", "sara"))
    bank_says(story, "bank-1", "line-7", -10_000)
    given = account("advance", custody="omar")
    story.add("pay", (parts["1"][1], given, 10_000, {"movement": "line-7"}), date=APRIL, proposal="mason",
              custodies=(CustodyOpening("omar", "payee"),))  # fmt: skip
    story.add(
        "receive_goods", (CEMENT_EXT, STOCK, 20, {"covers": Covers(given.id, 10_000)}), (given, EXT, 10_000), date=APRIL, second="nour"
    )
    bank_says(story, "bank-1", "line-8", -2_000)
    story.add("pay", (parts["2"][1], EXT, 2_000, {"movement": "line-8"}), date="2026-04-10", proposal="mason",
              documents=(Document("invoice", "cd" * 32),))  # fmt: skip
    story.add("void", (parts["3"][1], FREE, 1_000), date="2026-04-10", proposal="mason")


def wages(story: Story) -> None:
    """Cash from a section's box: a wage sheet is approved, paid by numbered slip, and what was too much is freed."""
    box = account("free", custody="box")
    held, released = (account(stage, custody="box", proposal="sheet", milestone="1") for stage in ("held", "released"))
    story.add("memo", date=APRIL, custodies=(CustodyOpening("box", "cash"),), payload={
        "about": "slip", "custody": "box", "number": 1, "closing": "900", "movements": [{"id": "slip-1", "amount": "900"}]})  # fmt: skip
    story.add("gift", (EXT, box, 900, {"movement": "slip-1"}), date=APRIL, second="nour")
    story.file("sheet", milestones=(Milestone("1", "box", "general", "EUR", 800),), payee="aa" * 32)
    hold = story.add("hold", (box, held, 800), date=APRIL, proposal="sheet")
    story.add("release", (held, released, 800, {"resolves": (hold.seq, 1)}), date=APRIL, proposal="sheet",
              decisions=story.yes("sheet", "salma", "sami"))  # fmt: skip
    story.add("memo", date=APRIL, payload={
        "about": "slip", "custody": "box", "number": 2, "closing": "150", "movements": [{"id": "slip-2", "amount": "-750"}]})  # fmt: skip
    story.add("pay", (released, EXT, 750, {"movement": "slip-2"}), date=APRIL, proposal="sheet", second="nour")
    story.add("void", (released, box, 50), date=APRIL, proposal="sheet")


def exchange(story: Story) -> None:
    """The owner's dollars become euros near the rate in the book."""
    story.add("memo", date=APRIL, payload={
        "about": "rate", "from": "EUR", "to": "USD", "rate": "1.0712", "date": "2026-04-01", "source": "central bank"})  # fmt: skip
    bank_says(story, "bank-2", "line-9", -5_000)
    bank_says(story, "bank-1", "line-10", 4_600)
    dollars, trading = account("free", custody="bank-2", commodity="USD"), (account("trading", commodity="USD"), account("trading"))
    rows = (dollars, trading[0], 5_000, {"movement": "line-9"}), (trading[1], FREE, 4_600, {"movement": "line-10"})
    story.add("fx", *rows, date=APRIL)


def bank_says(story: Story, custody: str, movement: str, amount: int) -> None:
    listed = [{"id": movement, "amount": str(amount)}]
    story.add("memo", date=APRIL, payload={"about": "statement", "custody": custody, "movements": listed})


def tell() -> Story:
    story = Story()
    for chapter in (gifts, purchase, remittance, mistakes, statements, sheltered, advance, wages, exchange):
        chapter(story)
    return story


def dump_of(entries: list[Entry], *, openings: list[Opening] | None = None) -> bytes:
    return dump_of_leaves([leaf_bytes(entry) for entry in entries], openings=openings)


def dump_of_leaves(leaves: list[bytes], *, openings: list[Opening] | None = None) -> bytes:
    """Signed as it stands, whatever the leaves say."""
    note = sign_checkpoint(Checkpoint(ORIGIN, len(leaves), root_of([hash_leaf(leaf) for leaf in leaves])), seed=SEED)
    return write_dump(DumpHeader(BOOK, ORIGIN, str(KEY)), leaves=leaves, openings=openings or [], checkpoint=note)
