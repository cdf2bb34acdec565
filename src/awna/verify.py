"""`awna-verify FILE`: check a dumped book offline, with nothing but this file and Python. docs/book-format.md is what it checks."""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DONE, REFUSED, MISUSED = 0, 1, 2
LEAF_BYTES_MAX = 65_535
AMOUNT_MAX = 10**15
TILE_HASHES = 256
SALT_BYTES = 32
NOTES = (
    "The key governs this book. A payment outside it is found at the next statement and shown in red.",
    "Not provable from a file: that goods exist, that the bank agrees, that a payee is real, that nothing was left out.",
)

# One line per pair of stages: kind, debit stage, credit stage, commodity (m money, g goods, t time), needs, custody (= kept, ! changed,
# . one end outside), and then, where said: +d or +c the end whose movement is needed, f the fund may change, d:… c:… custody types.
TABLE = """
open ext free m NQW . | open ext stock g NQW . | open ext advance m NQW .
gift ext free m MN . +c | gift_in_kind ext stock g NP . | gift_in_kind ext transit g NP . c:consignment
allocate free free m - = f | reclass free free m Q = f | reclass free short m Q = f
hold free held m F = | release held released m QV = | order released committed m RW =
pay released ext m EMR . +d | pay committed ext m EMR . +d | pay released advance m EMR ! +d | pay committed advance m EMR ! +d
void held free m V = | void committed released m - = | void released free m - = | void advance free m M ! +c c:bank,cash
receive_goods ext stock g P . | receive_goods ext transit g P . c:consignment | receive_goods advance ext m P .
move_goods stock transit g W ! c:consignment | move_goods stock stock g W ! | move_goods transit stock g W ! d:consignment
issue stock issued g - ! | issue issued stock g - !
loss stock lost g PW . | loss transit lost g PW . d:consignment | loss issued lost g PW . | loss advance lost m QW .
loss free lost m QW . d:cash | loss transit lost m QW . d:remittance
hours ext issued t P .
remit released transit m MR ! +d c:remittance | remit transit free m MT ! +c d:remittance
remit free transit m M ! +d d:provider c:remittance
fx free trading m M . +d | fx released trading m MR . +d | fx transit trading m - . d:remittance
fx trading free m M . +c | fx trading transit m - . c:remittance
fee released ext m MR . +d | fee transit ext m R . d:remittance
refund released ext m LMR . +d | refund stock ext g LP .
bank_forced free ext m M . +d | bank_forced short ext m M . +d | bank_forced ext free m MN . +c
"""
COMMODITIES = {"m": ("money",), "g": ("material", "medical", "equipment"), "t": ("time",)}
PURSES = ("bank", "provider", "cash")
CUSTODIES = {
    "ext": ("",), "lost": ("",), "trading": ("",), "free": PURSES, "held": PURSES, "released": PURSES, "committed": PURSES,
    "short": PURSES, "advance": ("payee",), "stock": ("place",), "transit": ("consignment", "remittance"), "issued": ("task",),
}  # fmt: skip
BALANCE_STAGES = ("free", "held", "released", "committed", "short")
WITHOUT_ROWS = ("memo", "close", "policy", "break")
NOT_REVERSIBLE = ("open", "release", "order", "void", "reclass")
NOT_CORRECTABLE = ("hold", "release", "order", "void", "reclass")

Key = tuple[str, str, str, str, str, str]
Terms = tuple[frozenset[str], str, str, bool]


class Wrong(Exception):
    """The entry or part that is wrong, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


def build_table() -> dict[Key, Terms]:
    """(kind, debit stage, its custody type, credit stage, its custody type, commodity) → (needs, custody, movement end, fund may change)."""
    table: dict[Key, Terms] = {}
    for words in (text.split() for text in TABLE.replace("\n", "|").split("|") if text.strip()):
        kind, debit, credit, commodities, needs, custody = words[:6]
        extra = words[6:]
        types = {word[0]: tuple(word[2:].split(",")) for word in extra if word[1:2] == ":"}
        end = "debit" if "+d" in extra else "credit" if "+c" in extra else ""
        moved = debit if end == "debit" else credit
        for dtype in types.get("d", CUSTODIES[debit]):
            for ctype in types.get("c", CUSTODIES[credit]):
                slip = "P" if end and moved in BALANCE_STAGES and (dtype if end == "debit" else ctype) == "cash" else ""
                for commodity in COMMODITIES[commodities]:
                    wants = frozenset(needs.replace("-", "") + slip)
                    table[kind, debit, dtype, credit, ctype, commodity] = (wants, custody, end, "f" in extra)
                    for undo, barred in (("reverse", NOT_REVERSIBLE), ("correction", NOT_CORRECTABLE)):
                        if kind not in barred:
                            terms = _undo_terms(undo, debit, dtype, credit, ctype, custody)
                            table[undo, credit, ctype, debit, dtype, commodity] = (terms[0], custody, terms[1], "f" in extra)
    return table


def _undo_terms(undo: str, debit: str, dtype: str, credit: str, ctype: str, custody: str) -> tuple[frozenset[str], str]:
    """What the swapped pair needs: a movement at a bank, a quorum for cash, else a second person."""
    changes_debit = custody != "=" and credit in BALANCE_STAGES
    changes_credit = custody != "=" and debit in BALANCE_STAGES
    purse = ctype if changes_debit else dtype if changes_credit else ""
    if purse in ("bank", "provider"):
        return frozenset("MQ" if undo == "correction" and debit == "ext" else "M"), "debit" if changes_debit else "credit"
    return frozenset("Q" if purse == "cash" else "P"), ""


RULES = build_table()
KINDS = {key[0] for key in RULES} | set(WITHOUT_ROWS)

# ---------------------------------------------------------------- bytes


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse(line: bytes, where: str) -> dict[str, Any]:
    """One canonical JSON object; anything else is refused."""

    def refuse(text: str) -> None:
        raise ValueError(text)

    try:
        value = json.loads(line.decode(), parse_float=refuse, parse_constant=refuse)
        exact = isinstance(value, dict) and canonical(value) == line
    except (ValueError, RecursionError):
        exact = False
    if not exact:
        raise Wrong(where, "its line is not canonical JSON; a byte was changed")
    return value  # type: ignore[no-any-return]


def digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def tree_root(hashes: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    if not hashes:
        return hashlib.sha256().digest()
    while len(hashes) > 1:
        pairs = [hashlib.sha256(b"\x01" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]


# ---------------------------------------------------------------- Ed25519 (RFC 8032)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return x * y % P, z * t % P, y * z % P, x * t % P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _point(data: bytes) -> Point | None:
    """The curve point of 32 bytes in their one exact form."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)


def signature_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or len(signature) != 64 or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = _times(scalar, BASE), _add(commitment, _times(challenge, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# ---------------------------------------------------------------- checkpoint


def read_key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    """`name+hash+base64` → name, key id, public key. Kind 1 signs checkpoints, kind 4 cosigns them."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = unbase64(encoded)
    wanted = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    if len(raw) != 33 or raw[0] != kind or not re.fullmatch(r"[^\s+]+", name) or key_id != wanted:
        raise Wrong("header", "the key has not the form name+hash+key, or a character of it was changed")
    return name, bytes.fromhex(key_id), raw[1:]


def check_signatures(text: str, tail: str, head: dict[str, Any]) -> None:
    """The log and every listed witness signed the checkpoint; nothing else stands there."""
    keys = [(1, *read_key(head["log_key"], 1)), *((4, *read_key(key, 4)) for key in head["witness_keys"])]
    lines = tail.split("\n")
    if len(lines) != len(keys) + 1 or lines[-1] or keys[0][1] != head["origin"]:
        raise Wrong("checkpoint", "its signatures are not those of the keys in the header")
    for line, (kind, name, key_id, public) in zip(lines, keys, strict=False):
        raw = unbase64(line.removeprefix(f"— {name} "))
        message, signature = text.encode(), raw[4:]
        if kind == 4:
            message = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{text}".encode()
            signature = raw[12:]
        if not line.startswith(f"— {name} ") or raw[:4] != key_id or not signature_is_right(public, message, signature):
            raise Wrong("checkpoint", f"the signature of {name} is wrong")


# ---------------------------------------------------------------- shapes: name, then key:check, ? = may be missing, [x] {x} = list, object of shape x

SHAPES_TEXT = """
leaf v:one seq:int id:id kind:kind date:date author:id ?second:id ?proposal:id ?reverses:int ?rows:[row] ?opens:{opens} ?private:private
 ?documents:[document] ?decisions:[decision] ?payload:object
row line:int debit:id credit:id amount:amount ?movement:id ?lot:ref ?resolves:ref ?corrects:ref ?covers:{covers}
covers account:id amount:amount
document kind:word digest:digest
decision steward:id proposal:id digest:digest date:date
opens ?commodities:[commodity] ?funds:[fund] ?custodies:[custody] ?accounts:[account]
commodity id:id kind:commodity scale:scale ?code:word ?private:private
fund id:id ?parent:id ?private:private
custody id:id type:word ?settles_to:id ?private:private
account id:id stage:stage fund:id commodity:id ?custody:id ?proposal:id ?milestone:word ?private:private
policy about:word book:word origin:word epoch:int k:int stewards:different
proposal v:one book:word id:id purpose:word policy:digest expiry:date nonce:word ?payee:digest ?target:id ?milestones:[milestone] ?rows:[exact]
 ?documents:texts ?seen:object ?payload:object
milestone n:word custody:id fund:id commodity:id ceiling:amount ?evidence:texts ?earliest:date
exact debit:id credit:id amount:amount
header type:word v:one book:word origin:word log_key:word counts:{counts} witness_keys:keys
counts entries:int openings:int
tile type:word first:int hashes:hashes
opening type:word v:one of:id name:word salt:digest value:text
checkpoint type:word note:text
"""
PATTERNS = {
    "id": r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", "word": r"[^\x00-\x1f]{1,200}", "digest": r"[0-9a-f]{64}", "hashes": r"([0-9a-f]{64})+",
    "date": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "amount": r"[1-9][0-9]{0,14}|10{15}", "text": r"(?s:.*)",
    "kind": "|".join(KINDS), "stage": "|".join(CUSTODIES), "commodity": "money|material|medical|equipment|time",
}  # fmt: skip
CHECKS: dict[str, Any] = {
    name: lambda value, exact=re.compile(pattern): isinstance(value, str) and bool(exact.fullmatch(value))
    for name, pattern in PATTERNS.items()
}
CHECKS |= {
    "int": lambda value: type(value) is int and 0 <= value <= AMOUNT_MAX,
    "one": lambda value: type(value) is int and value == 1,
    "scale": lambda value: type(value) is int and 0 <= value <= 9,
    "ref": lambda value: isinstance(value, list) and len(value) == 2 and all(map(CHECKS["int"], value)),
    "object": lambda value: isinstance(value, dict) and bool(value),
    "keys": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "texts": lambda value: CHECKS["keys"](value) and bool(value),
    "different": lambda value: CHECKS["texts"](value) and len(set(value)) == len(value),
    "private": lambda value: isinstance(value, dict) and bool(value) and all(map(CHECKS["digest"], value.values())),
}
SHAPES = {
    words[0]: {word.strip("?").split(":")[0]: (word.split(":")[1], word[0] == "?") for word in words[1:]}
    for words in (line.split() for line in SHAPES_TEXT.replace("\n ", " ").split("\n") if line)
}


def has_shape(value: object, name: str) -> bool:
    shape = SHAPES[name]
    return isinstance(value, dict) and all(key in value or maybe for key, (_, maybe) in shape.items()) and all(
        key in shape and _fits(item, shape[key][0]) for key, item in value.items())  # fmt: skip


def _fits(value: object, check: str) -> bool:
    if check[0] == "[":
        return isinstance(value, list) and bool(value) and all(has_shape(item, check[1:-1]) for item in value)
    if check[0] == "{":
        return has_shape(value, check[1:-1]) and bool(value)
    return bool(CHECKS[check](value))


# ---------------------------------------------------------------- replay

Ref = tuple[int, int]
Row = dict[str, Any]


@dataclass
class Book:
    """The book after some entries."""

    policy: dict[str, Any] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    opened: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"commodities": {}, "funds": {}, "custodies": {}, "accounts": {}}
    )
    net: Counter[str] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    charged: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: dict[Ref, Row] = field(default_factory=dict)
    leaves: dict[int, dict[str, Any]] = field(default_factory=dict)
    used: set[object] = field(default_factory=set)
    corrected: Counter[Ref] = field(default_factory=Counter)
    movements: dict[str, str] = field(default_factory=dict)
    proposals: dict[str, dict[str, Any]] = field(default_factory=dict)
    approvals: dict[str, set[str]] = field(default_factory=dict)
    allowed: dict[str, Counter[tuple[str, str, str]]] = field(default_factory=dict)
    held: dict[Ref, tuple[str, str, str]] = field(default_factory=dict)
    private: dict[tuple[str, str], str] = field(default_factory=dict)
    closed_through: str = ""

    def account(self, name: str) -> dict[str, Any]:
        return self.opened["accounts"][name]

    def custody_type(self, account: dict[str, Any]) -> str:
        return str(self.opened["custodies"][account["custody"]]["type"]) if "custody" in account else ""

    def milestone(self, proposal: str, account: dict[str, Any]) -> dict[str, Any]:
        """The milestone of the proposal that an account carries."""
        for one in self.proposals.get(proposal, {}).get("milestones", []):
            if (one["n"], one["commodity"]) == (account.get("milestone"), account["commodity"]):
                return dict(one)
        return {}

    def is_approved(self, proposal: str) -> bool:
        return proposal in self.proposals and len(self.approvals.get(proposal, ())) >= self.policy["k"]

    def trial_balance(self) -> dict[str, dict[str, int]]:
        sums: dict[str, dict[str, int]] = {}
        for name, amount in self.net.items():
            stages = sums.setdefault(self.account(name)["commodity"], {})
            stages[self.account(name)["stage"]] = stages.get(self.account(name)["stage"], 0) + amount
        return sums


def need(fact: object, why: str) -> None:
    if not fact:
        raise ValueError(why)


def take_leaf(book: Book, leaf: dict[str, Any], seq: int) -> None:
    """Check one leaf against the book so far and take it in; ValueError says what is wrong."""
    need(has_shape(leaf, "leaf"), "it has not the form of an entry")
    kind, rows = leaf["kind"], leaf.get("rows", [])
    need(leaf["seq"] == seq, f"its number is {leaf['seq']}, not {seq}")
    need(leaf["id"] not in book.ids, "its id was used before")
    need(bool(rows) != (kind in WITHOUT_ROWS), f"kind {kind} with {len(rows)} rows")
    need([row["line"] for row in rows] == list(range(1, len(rows) + 1)), "its rows are not numbered from 1")
    need(leaf["date"] > book.closed_through, f"it is dated inside the period closed through {book.closed_through}")
    need(seq or kind == "policy", "entry 0 must be the founding policy")
    book.ids.add(leaf["id"])
    book.leaves[seq] = leaf
    take_private(book, leaf["id"], leaf)
    take_openings(book, leaf.get("opens", {}))
    if kind == "policy":
        take_policy(book, leaf, seq)
    take_proposal(book, leaf)
    take_decisions(book, leaf)
    if kind in ("policy", "break") and seq:
        need(book.is_approved(leaf.get("proposal", "")), "no quorum of stewards approved it")
        need(book.proposals[leaf["proposal"]].get("payload") == leaf.get("payload"), "it is not what the stewards approved")
    if kind == "close":
        take_close(book, leaf)
    for row in rows:
        try:
            check_row(book, leaf, row)
        except ValueError as wrong:
            raise ValueError(f"row {row['line']}: {wrong}") from None
    check_whole(book, leaf, rows)
    for row in rows:
        post_row(book, leaf, row)
    for name in {row[end] for row in rows for end in ("debit", "credit")}:
        stage = book.account(name)["stage"]
        need(book.net[name] >= 0 or stage in ("ext", "lost", "trading", "short"), f"account {name} falls below zero")
        need(book.net[name] <= 0 or stage != "short", f"account {name} rises above zero")


def take_private(book: Book, of: str, holder: dict[str, Any]) -> None:
    for name, commitment in holder.get("private", {}).items():
        need((of, name) not in book.private, f"{of} has the private field {name} twice")
        book.private[of, name] = commitment


def take_openings(book: Book, opens: dict[str, Any]) -> None:
    for name in ("commodities", "funds", "custodies", "accounts"):
        for one in opens.get(name, []):
            need(one["id"] not in book.opened[name], f"{one['id']} is opened twice")
            book.opened[name][one["id"]] = one
            take_private(book, one["id"], one)
    for one in opens.get("accounts", []):
        known = one["fund"] in book.opened["funds"] and one["commodity"] in book.opened["commodities"]
        need(known and one.get("custody", "") in {"", *book.opened["custodies"]}, f"account {one['id']} names what is not open")
        need(book.custody_type(one) in CUSTODIES[one["stage"]], f"account {one['id']} cannot be in such a custody")


def take_policy(book: Book, leaf: dict[str, Any], seq: int) -> None:
    policy = leaf.get("payload", {})
    need(has_shape(policy, "policy"), "its payload is not a policy")
    need(policy["epoch"] == (book.policy["epoch"] + 1 if seq else 0), "its epoch is not the next")
    need(1 <= policy["k"] <= len(policy["stewards"]), "its quorum is not possible")
    if not seq:
        book.policy = policy


def take_proposal(book: Book, leaf: dict[str, Any]) -> None:
    if leaf["kind"] != "memo" or leaf.get("payload", {}).get("about") != "proposal":
        return
    proposal = leaf["payload"].get("proposal")
    need(has_shape(proposal, "proposal") and proposal["id"] == leaf.get("proposal"), "its payload is not a proposal of that id")
    need(proposal["id"] not in book.proposals, "the proposal was filed before")
    need(
        proposal["book"] == book.policy["book"] and proposal["policy"] == digest(book.policy), "the proposal is for another book or policy"
    )
    book.proposals[proposal["id"]] = proposal
    book.allowed[proposal["id"]] = Counter((row["debit"], row["credit"], row["amount"]) for row in proposal.get("rows", []))


def take_decisions(book: Book, leaf: dict[str, Any]) -> None:
    for one in leaf.get("decisions", []):
        proposal = book.proposals.get(one["proposal"])
        need(proposal is not None and one["digest"] == digest(proposal), "a decision is about no proposal in the book, or another text")
        need(one["steward"] in book.policy["stewards"], f"{one['steward']} decides but is no steward")
        need(proposal and one["date"] <= proposal["expiry"], "a decision came after the proposal had ended")
        approvals = book.approvals.setdefault(one["proposal"], set())
        need(one["steward"] not in approvals, f"{one['steward']} decides twice")
        approvals.add(one["steward"])


def take_close(book: Book, leaf: dict[str, Any]) -> None:
    payload = leaf.get("payload", {})
    need(CHECKS["date"](payload.get("through")), "a close names the last day of its period")
    balances = {name: {stage: str(net) for stage, net in stages.items()} for name, stages in book.trial_balance().items()}
    need(payload.get("balances") == digest(balances), "its trial balance is not that of the book")
    book.closed_through = payload["through"]


def check_row(book: Book, leaf: dict[str, Any], row: Row) -> None:
    """The row's pair of stages, and what the kind needs."""
    need(row["debit"] in book.opened["accounts"] and row["credit"] in book.opened["accounts"], "it names an account that is not open")
    need(row["debit"] != row["credit"], "it leaves and arrives at the same account")
    debit, credit = book.account(row["debit"]), book.account(row["credit"])
    need(debit["commodity"] == credit["commodity"], "its accounts hold two commodities")
    goods = book.opened["commodities"][debit["commodity"]]["kind"]
    terms = RULES.get((leaf["kind"], debit["stage"], book.custody_type(debit), credit["stage"], book.custody_type(credit), goods))
    need(terms, f"{leaf['kind']} may not go from {debit['stage']} to {credit['stage']}")
    needs, custody, end, fund_may_change = terms or (frozenset(), "", "", False)
    need(fund_may_change or debit["fund"] == credit["fund"], "the fund may not change")
    need(custody == "." or (debit.get("custody") == credit.get("custody")) == (custody == "="), "the custody is wrong")
    if leaf["kind"] == "allocate":
        need(debit["fund"] == "unidentified" or debit["fund"] in ancestors(book, credit["fund"]), "the fund may only become narrower")
    for one in sorted(needs):
        check_need(book, leaf, row, one)
    if end:
        place = (debit if end == "debit" else credit)["custody"]
        need(book.movements.setdefault(row.get("movement", ""), place) == place, "its movement belongs to another custody")
    if "lot" in row:
        source = book.rows.get(tuple(row["lot"]))
        need(source and book.account(source["debit"])["stage"] == "ext", "its lot is no row that brought something")


def ancestors(book: Book, fund: str) -> set[str]:
    found: set[str] = set()
    while (fund := book.opened["funds"].get(fund, {}).get("parent", "")) and fund not in found:
        found.add(fund)
    return found


def check_need(book: Book, leaf: dict[str, Any], row: Row, one: str) -> None:
    debit, credit = book.account(row["debit"]), book.account(row["credit"])
    proposal_id = leaf.get("proposal", "")
    proposal = book.proposals.get(proposal_id, {})
    carried = {account["proposal"] for account in (debit, credit) if "proposal" in account}
    milestone = book.milestone(proposal_id, debit if "milestone" in debit else credit)
    if one == "M":
        need("movement" in row, "no bank line or slip stands behind it")
    elif one == "P":
        need(leaf.get("second", leaf["author"]) != leaf["author"], "no second person confirmed it")
    elif one == "W":
        need("documents" in leaf, "its document is missing")
    elif one == "L":
        need("lot" in row, "it does not name the gift that it returns")
    elif one == "F":
        need(proposal and carried == {proposal_id} and leaf["date"] <= proposal["expiry"], "no unexpired proposal was filed for it")
        places = all(milestone.get(name) == credit.get(name) for name in ("custody", "fund", "commodity"))
        need(places and milestone["ceiling"] == row["amount"], "it is not the milestone's ceiling, custody and fund")
        need((proposal_id, milestone["n"], milestone["commodity"]) not in book.held.values(), "the milestone is held already")
    elif one == "V":
        ref = tuple(row.get("resolves", (-1, -1)))
        line = book.rows.get(ref, {})
        need(ref in book.held and (line["credit"], line["amount"]) == (row["debit"], row["amount"]), "it resolves no hold, whole and once")
        need(("resolved", *row["resolves"]) not in book.used, "the hold was resolved before")
    elif one in "QR" or (one == "T" and book.opened["custodies"][debit["custody"]].get("settles_to") != credit["custody"]):
        need(book.is_approved(proposal_id), "no quorum of stewards approved it")
        need(carried <= {proposal_id} and (carried or one != "R"), "its accounts belong to another proposal")
        need(one != "T" or proposal.get("target") == credit["custody"], "it arrives elsewhere than the proposal says")
        if one == "Q":
            check_exact(book, leaf, row, proposal)
    elif one == "E":
        need(leaf["date"] >= milestone.get("earliest", ""), "it is before the milestone's earliest date")
        have = {document["kind"] for document in leaf.get("documents", [])}
        need(have.issuperset(milestone.get("evidence", ())), "the milestone's evidence is missing")


def check_exact(book: Book, leaf: dict[str, Any], row: Row, proposal: dict[str, Any]) -> None:
    """What a quorum allows: the release of its own hold, or exactly the rows of the proposal, each once."""
    need(leaf["date"] <= proposal["expiry"], "its proposal had ended")
    if leaf["kind"] == "release":
        return
    exact = (row["debit"], row["credit"], row["amount"])
    need(book.allowed[proposal["id"]][exact] > 0, "the stewards did not approve this row, or it was posted before")
    book.allowed[proposal["id"]][exact] -= 1


def check_whole(book: Book, leaf: dict[str, Any], rows: list[Row]) -> None:
    """Rules over all rows: exchanges, whole reversals, corrections inside their row, charges inside their cap."""
    kind = leaf["kind"]
    need((kind == "reverse") == ("reverses" in leaf), "reversing and naming an entry to reverse go together")
    if kind == "reverse":
        old = book.leaves.get(leaf["reverses"], {})
        need(
            old.get("kind") in {key[0] for key in RULES} - {*NOT_REVERSIBLE, "reverse", "correction"}, "it reverses what cannot be reversed"
        )
        swapped = [(row["credit"], row["debit"], row["amount"]) for row in old["rows"]]
        need([(row["debit"], row["credit"], row["amount"]) for row in rows] == swapped, "its rows are not those of the entry, swapped")
        need(("reversed", old["seq"]) not in book.used and old["seq"] != leaf["seq"], "the entry was reversed before")
        touched = [
            line for line in range(1, len(rows) + 1) if book.corrected[old["seq"], line] or ("resolved", old["seq"], line) in book.used
        ]
        need(not touched, "the entry was corrected or resolved before")
    if kind == "fx":
        need(len(rows) == 2, "an exchange has two rows")
        ends = [book.account(name) for name in (rows[0]["debit"], rows[0]["credit"], rows[1]["debit"], rows[1]["credit"])]
        need(
            ends[1]["stage"] == ends[2]["stage"] == "trading" and len({end["fund"] for end in ends}) == 1,
            "its rows do not meet in one fund",
        )
        need(ends[0]["commodity"] != ends[3]["commodity"], "it exchanges a currency for itself")
    for row in rows:
        need(("corrects" in row) == (kind == "correction"), "correcting and naming the row go together")
        if "corrects" in row:
            ref = tuple(row["corrects"])
            line = book.rows.get(ref, {})
            book.corrected[ref] += int(row["amount"])
            need((line.get("debit"), line.get("credit")) == (row["credit"], row["debit"]), "it corrects a row that is not its own, swapped")
            barred = (*NOT_CORRECTABLE, "reverse", "correction")
            need(ref[0] < leaf["seq"] and book.leaves[ref[0]]["kind"] not in barred, "it corrects what cannot be corrected")
            need(book.corrected[ref] <= int(line["amount"]), "corrections take back more than the row")


def post_row(book: Book, leaf: dict[str, Any], row: Row) -> None:
    ref, amount = (leaf["seq"], row["line"]), int(row["amount"])
    book.rows[ref] = row
    book.net[row["debit"]] -= amount
    book.net[row["credit"]] += amount
    book.arrived[row["credit"]] += amount
    credit, proposal = book.account(row["credit"]), leaf.get("proposal", "")
    if leaf["kind"] == "hold":
        book.held[ref] = (proposal, credit["milestone"], credit["commodity"])
    if "resolves" in row:
        book.used.add(("resolved", *row["resolves"]))
        if leaf["kind"] == "void":
            book.held[tuple(row["resolves"])] = ("", "", "")
    if leaf["kind"] == "reverse":
        book.used.add(("reversed", leaf["reverses"]))
        book.held.pop((leaf["reverses"], row["line"]), None)
    if "covers" in row:
        account = row["covers"]["account"]
        book.covered[account] += int(row["covers"]["amount"])
        need(
            account in book.opened["accounts"] and book.covered[account] <= book.arrived[account],
            "it covers more than was committed or paid",
        )
    if leaf["kind"] == "fee" and book.account(row["debit"])["stage"] == "transit":
        caps = [
            one
            for one in book.proposals[proposal].get("milestones", [])
            if (one["n"], one["commodity"]) == ("charges", credit["commodity"])
        ]
        book.charged[proposal, credit["commodity"]] += amount
        need(book.charged[proposal, credit["commodity"]] <= sum(int(one["ceiling"]) for one in caps), "the charges are above their cap")


# ---------------------------------------------------------------- the file


def verify(data: bytes, key: str | None) -> list[str]:
    """Check the whole dump; the lines of the summary, or Wrong."""
    lines = data.split(b"\n")
    head = parse(lines[0], "header")
    if not has_shape(head, "header") or head["type"] != "header":
        raise Wrong("header", "it has not the form of a header")
    entries, opened = head["counts"]["entries"], head["counts"]["openings"]
    tiles = -(-entries // TILE_HASHES)
    names = ["header", *(f"entry {n}" for n in range(min(entries, len(lines)))), *(f"tile {n}" for n in range(min(tiles, len(lines)))),
             *(f"opening {n + 1}" for n in range(min(opened, len(lines)))), "checkpoint"]  # fmt: skip
    parts = [parse(line, name) for line, name in zip(lines, names, strict=False)]
    if len(lines) != len(names) + 1 or lines[-1]:
        raise Wrong("header", f"its counts make {len(names)} lines; the file has {data.count(10)} whole ones")
    leaves, tail = parts[1 : 1 + entries], parts[1 + entries :]
    for part, name, shape in zip(tail, names[1 + entries :], ["tile"] * tiles + ["opening"] * opened + ["checkpoint"], strict=True):
        if not has_shape(part, shape) or part["type"] != shape:
            raise Wrong(name, f"it has not the form of a {shape}")
    text, gap, signatures = tail[-1]["note"].partition("\n\n")
    said = text.split("\n")
    root = unbase64(said[-1])
    if not gap or said[:2] != [head["origin"], str(entries)] or len(said) != 3 or len(root) != 32 or not entries:
        raise Wrong("checkpoint", f"it does not say that {head['origin']} has {entries} entries and their root")
    check_tree(lines[1 : 1 + entries], tail[:tiles], root)
    check_signatures(text + "\n", signatures, head)
    if key is not None and key != head["log_key"]:
        raise Wrong("header", "the log key is not the one given with --key")
    book = Book()
    for seq, leaf in enumerate(leaves):
        try:
            take_leaf(book, leaf, seq)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as wrong:
            raise Wrong(
                f"entry {seq}", str(wrong) if isinstance(wrong, ValueError) else f"it refers to what is not there ({wrong})"
            ) from None
    if (book.leaves[0]["payload"]["book"], book.leaves[0]["payload"]["origin"]) != (head["book"], head["origin"]):
        raise Wrong("header", "its book and origin are not those of entry 0")
    check_openings(book, tail[tiles:-1])
    return summary(book, head, root, key)


def check_tree(lines: list[bytes], tiles: list[dict[str, Any]], root: bytes) -> None:
    hashes = [hashlib.sha256(b"\x00" + line).digest() for line in lines]
    listed = b"".join(bytes.fromhex(tile["hashes"]) for tile in tiles)
    if [tile["first"] for tile in tiles] != list(range(0, len(lines), TILE_HASHES)) or len(listed) != 32 * len(lines):
        raise Wrong("tile 0", "the tiles do not list each entry once")
    changed = [n for n in range(len(lines)) if listed[32 * n : 32 * n + 32] != hashes[n] or len(lines[n]) > LEAF_BYTES_MAX]
    if changed and tree_root(hashes) == root:
        raise Wrong(f"tile {changed[0] // TILE_HASHES}", f"its hash of entry {changed[0]} was changed")
    if changed:
        raise Wrong(f"entry {changed[0]}", "a byte was changed: it is not the entry in the signed tree")
    if tree_root(hashes) != root:
        raise Wrong("checkpoint", "the entries are not the tree that it signs")


def check_openings(book: Book, openings: list[dict[str, Any]]) -> None:
    places = [(one["of"], one["name"]) for one in openings]
    for n, one in enumerate(openings):
        made = hashlib.sha256(bytes.fromhex(one["salt"]) + canonical([one["of"], one["name"], one["value"]])).hexdigest()
        if book.private.get(places[n]) != made:
            raise Wrong(f"opening {n + 1}", f"it does not open the field {one['name']} of {one['of']}")
        if n and places[n - 1] >= places[n]:
            raise Wrong(f"opening {n + 1}", "it is doubled or out of order")


def decimal(amount: int, scale: int) -> str:
    digits = str(abs(amount)).rjust(scale + 1, "0")
    return ("-" if amount < 0 else "") + (f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits)


def summary(book: Book, head: dict[str, Any], root: bytes, key: str | None) -> list[str]:
    lines = [f"The book {head['book']} holds: {len(book.leaves)} entries, every rule kept."]
    for name, stages in sorted(book.trial_balance().items()):
        commodity = book.opened["commodities"][name]
        parts = ", ".join(f"{stage} {decimal(net, commodity['scale'])}" for stage, net in sorted(stages.items()))
        lines.append(f"{commodity.get('code', name)}: {parts}; all together {decimal(sum(stages.values()), commodity['scale'])}")
    witnessed = f"independently witnessed ({len(head['witness_keys'])})" if head["witness_keys"] else "signed log"
    return [
        *lines,
        f"Head: {len(book.leaves)} {root.hex()}",
        f"Log: {head['origin']}, {witnessed}.",
        "Log key given." if key else "Log key taken from the file.",
        f"Openings: {head['counts']['openings']} of {len(book.private)} private fields, all true.",
        f"Policy: {book.policy['k']} of {len(book.policy['stewards'])} stewards; it holds no keys, so decisions are names, not signatures.",
        *NOTES,
    ]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="awna-verify", description="Check a dumped book offline.")
    parser.add_argument("file", type=Path, help="what `awna dumpbook` wrote")
    parser.add_argument("--key", help="the log key, name+hash+key, from a source that you trust")
    parser.add_argument("--stewards", type=Path, help="a file with the stewards' keys")
    asked = parser.parse_args(argv)
    try:
        data = asked.file.read_bytes()
    except OSError as error:
        print(f"{asked.file}: {error.strerror}", file=sys.stderr)
        return MISUSED
    try:
        lines = verify(data, asked.key)
    except Wrong as wrong:
        print(f"Refused. {wrong}.", file=sys.stderr)
        return REFUSED
    print("\n".join(lines))
    if asked.stewards:
        print("Refused. entry 0: the policy holds no keys in this release, so the stewards' keys cannot be compared.", file=sys.stderr)
        return REFUSED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
