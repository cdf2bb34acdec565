"""`awna-verify FILE`: check a dumped book offline, with nothing but this file and Python. docs/book-format.md is what it checks."""

import argparse
import base64
import contextlib
import hashlib
import json
import re
import sys
from collections import Counter
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

DONE, REFUSED, MISUSED = 0, 1, 2
LEAF_BYTES_MAX = 65_535
AMOUNT_MAX = 10**15
TILE_HASHES = 256
NOTES = """The key governs this book. A payment outside it is found at the next statement and shown in red.
Not provable from a file: that goods exist, that the bank agrees, that a payee is real, that nothing was left out."""

# One line per pair of stages: kind, debit stage, credit stage, commodity (m money, g goods, t time), needs, custody (= kept, ! changed,
# . one end outside), and then, where said: +d or +c the end whose movement is needed, f the fund may change, d:… c:… custody types.
TABLE = """
open ext free m NQW . | open ext stock g NQW . | open ext advance m NQW . | gift ext free m MN . +c | gift_in_kind ext stock g NP .
gift_in_kind ext transit g NP . c:consignment | allocate free free m - = f | reclass free free m Q = f | reclass free short m Q = f
hold free held m F = | release held released m QV = | order released committed m RW = | pay released ext m EMR . +d
pay committed ext m EMR . +d | pay released advance m EMR ! +d | pay committed advance m EMR ! +d | void held free m V =
void committed released m - = | void released free m - = | void advance free m M ! +c c:bank,cash | receive_goods ext stock g P .
receive_goods ext transit g P . c:consignment | receive_goods advance ext m P . | move_goods stock transit g W ! c:consignment
move_goods stock stock g W ! | move_goods transit stock g W ! d:consignment | issue stock issued g - ! | issue issued stock g - !
loss stock lost g PW . | loss transit lost g PW . d:consignment | loss issued lost g PW . | loss advance lost m QW .
loss free lost m QW . d:cash | loss transit lost m QW . d:remittance | hours ext issued t P .
remit released transit m MR ! +d c:remittance | remit transit free m MT ! +c d:remittance
remit free transit m M ! +d d:provider c:remittance | fx free trading m M . +d | fx released trading m MR . +d
fx transit trading m - . d:remittance | fx trading free m M . +c | fx trading transit m - . c:remittance | fee released ext m MR . +d
fee transit ext m R . d:remittance | refund released ext m LMR . +d | refund stock ext g LP . | bank_forced free ext m M . +d
bank_forced short ext m M . +d | bank_forced ext free m MN . +c
"""
COMMODITIES = {"m": ("money",), "g": ("material", "medical", "equipment"), "t": ("time",)}
PURSES = ("bank", "provider", "cash")
CUSTODIES = {
    "ext": ("",), "lost": ("",), "trading": ("",), "free": PURSES, "held": PURSES, "released": PURSES, "committed": PURSES,
    "short": PURSES, "advance": ("payee",), "stock": ("place",), "transit": ("consignment", "remittance"), "issued": ("task",),
}  # fmt: skip
BALANCE_STAGES = ("free", "held", "released", "committed", "short")
WITHOUT_ROWS = ("memo", "close", "policy", "break")
NOT_REVERSIBLE = ("open", "release", "order", "void", "reclass", "reverse", "correction")
NOT_CORRECTABLE = ("hold", "release", "order", "void", "reclass", "reverse", "correction")

Table = dict[tuple[str, ...], tuple[frozenset[str], str, str, bool]]


class Wrong(Exception):
    """The entry or part that is wrong, and why."""


def must(fact: object, where: str, why: str) -> None:
    if not fact:
        raise Wrong(f"{where}: {why}")


def build_table() -> Table:
    """(kind, debit stage, its custody type, credit stage, its custody type, commodity) → (needs, custody, movement end, fund may change)."""
    table: Table = {}
    for words in (text.split() for text in TABLE.replace("\n", "|").split("|") if text.strip()):
        kind, debit, credit, commodities, needs, custody = words[:6]
        extra = words[6:]
        types = {word[0]: tuple(word[2:].split(",")) for word in extra if word[1:2] == ":"}
        end = "debit" if "+d" in extra else "credit" if "+c" in extra else ""
        moved = debit if end == "debit" else credit
        places = product(types.get("d", CUSTODIES[debit]), types.get("c", CUSTODIES[credit]), COMMODITIES[commodities])
        for dtype, ctype, commodity in places:
            slip = "P" if end and moved in BALANCE_STAGES and (dtype if end == "debit" else ctype) == "cash" else ""
            table[kind, debit, dtype, credit, ctype, commodity] = (frozenset(needs.strip("-") + slip), custody, end, "f" in extra)
            for undo, barred in (("reverse", NOT_REVERSIBLE), ("correction", NOT_CORRECTABLE)):
                if kind not in barred:
                    wants, side = _undo_terms(undo, debit, dtype, credit, ctype, custody)
                    table[undo, credit, ctype, debit, dtype, commodity] = (wants, custody, side, "f" in extra)
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


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse(line: bytes, where: str) -> dict[str, Any]:
    """One canonical JSON object; anything else is refused."""

    with contextlib.suppress(ValueError, TypeError, RecursionError):
        # A float becomes bytes, which canonical() cannot write.
        value = json.loads(line.decode(), parse_float=str.encode, parse_constant=str.encode)
        if isinstance(value, dict) and canonical(value) == line:
            return value
    raise Wrong(f"{where}: its line is not canonical JSON; a byte was changed")


def digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def unbase64(text: str) -> bytes:
    """The bytes of base64 in its one exact form, else none."""
    with contextlib.suppress(ValueError):
        raw = base64.b64decode(text, validate=True)
        return raw if base64.b64encode(raw).decode() == text else b""
    return b""


def tree_root(hashes: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    while len(hashes) > 1:
        pairs = [hashlib.sha256(b"\x01" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]


P = 2**255 - 19  # Ed25519 (RFC 8032), with whole numbers only
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
    key, commitment, scalar = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or len(signature) != 64 or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = _times(scalar, BASE), _add(commitment, _times(challenge, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def read_key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    """`name+hash+base64` → name, key id, public key. Kind 1 signs checkpoints, kind 4 cosigns them."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = unbase64(encoded)
    wanted = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    right = len(raw) == 33 and raw[0] == kind and re.fullmatch(r"[^\s+]+", name) and key_id == wanted
    must(right, "header", "the key has not the form name+hash+key, or a character of it was changed")
    return name, bytes.fromhex(key_id), raw[1:]


def check_signatures(text: str, tail: str, head: dict[str, Any]) -> None:
    """The log and every listed witness signed the checkpoint; nothing else stands there."""
    keys = [(1, *read_key(head["log_key"], 1)), *((4, *read_key(key, 4)) for key in head["witness_keys"])]
    lines = tail.split("\n")
    right = len(lines) == len(keys) + 1 and not lines[-1] and keys[0][1] == head["origin"]
    must(right, "checkpoint", "its signatures are not those of the keys in the header")
    for line, (kind, name, key_id, public) in zip(lines, keys, strict=False):
        raw = unbase64(line.removeprefix(f"— {name} "))
        message, signature = text.encode(), raw[4:]
        if kind == 4:
            message, signature = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{text}".encode(), raw[12:]
        right = line.startswith(f"— {name} ") and raw[:4] == key_id and signature_is_right(public, message, signature)
        must(right, "checkpoint", f"the signature of {name} is wrong")


# ---------------------------------------------------------------- shapes: name, then key:check, ? = may be missing, [x] {x} = list, object of shape x

SHAPES_TEXT = """
checkpoint type:word note:text | covers account:id amount:amount | counts entries:int openings:int | document kind:word digest:digest |
fund id:id ?parent:id ?private:private | exact debit:id credit:id amount:amount | tile type:word first:int hashes:hashes |
decision steward:id proposal:id digest:digest date:date | custody id:id type:word ?settles_to:id ?private:private |
opening type:word v:one of:id name:word salt:digest value:text | commodity id:id kind:thing scale:scale ?code:word ?private:private |
policy about:word book:word origin:word epoch:int k:int stewards:different |
opens ?commodities:[commodity] ?funds:[fund] ?custodies:[custody] ?accounts:[account] |
header type:word v:one book:word origin:word log_key:word counts:{counts} witness_keys:keys |
milestone n:word custody:id fund:id commodity:id ceiling:amount ?evidence:texts ?earliest:date |
account id:id stage:stage fund:id commodity:id ?custody:id ?proposal:id ?milestone:word ?private:private |
row line:int debit:id credit:id amount:amount ?movement:id ?lot:ref ?resolves:ref ?corrects:ref ?covers:{covers} |
proposal v:one book:word id:id purpose:word policy:digest expiry:date nonce:word ?payee:digest ?target:id ?milestones:[milestone]
  ?rows:[exact] ?documents:texts ?seen:object ?payload:object |
leaf v:one seq:int id:id kind:kind date:date author:id ?second:id ?proposal:id ?reverses:int ?rows:[row] ?opens:{opens} ?private:private
  ?documents:[document] ?decisions:[decision] ?payload:object
"""
PATTERNS = {
    "id": r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", "word": r"[^\x00-\x1f]{1,200}", "digest": r"[0-9a-f]{64}", "hashes": r"([0-9a-f]{64})+",
    "date": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "amount": r"[1-9][0-9]{0,14}|10{15}", "text": r"(?s:.*)",
    "kind": "|".join(KINDS), "stage": "|".join(CUSTODIES), "thing": "money|material|medical|equipment|time",
}  # fmt: skip
CHECKS: dict[str, Any] = {
    name: lambda value, exact=re.compile(one): type(value) is str and exact.fullmatch(value) for name, one in PATTERNS.items()
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
    for words in map(str.split, SHAPES_TEXT.split("|"))
}


def has_shape(value: object, name: str) -> bool:
    """Whether the value is an object with exactly the keys that its shape asks for or allows, all of the right form."""
    if name in CHECKS:
        return bool(CHECKS[name](value))
    if name[0] == "[":
        return isinstance(value, list) and bool(value) and all(has_shape(item, name[1:-1]) for item in value)
    shape = SHAPES[name.strip("{}")]
    whole = isinstance(value, dict) and bool(value) and all(key in value or maybe for key, (_, maybe) in shape.items())
    return whole and all(key in shape and has_shape(item, shape[key][0]) for key, item in value.items())  # type: ignore[attr-defined]


Row = dict[str, Any]


class Book:
    """The book after some entries."""

    def __init__(self) -> None:
        self.ids, self.used = set[str](), set[object]()
        self.policy, self.proposals, self.approvals, self.allowed, self.movements = (dict[str, Any]() for _ in range(5))
        self.leaves, self.rows, self.held, self.private = (dict[Any, Any]() for _ in range(4))
        self.net, self.arrived, self.covered, self.charged, self.corrected = (Counter[Any]() for _ in range(5))
        self.opened: dict[str, dict[str, Row]] = {"commodities": {}, "funds": {}, "custodies": {}, "accounts": {}}
        self.closed_through = ""

    def account(self, name: str) -> dict[str, Any]:
        return self.opened["accounts"][name]

    def custody_type(self, account: dict[str, Any]) -> str:
        return str(self.opened["custodies"][account["custody"]]["type"]) if "custody" in account else ""

    def milestone(self, proposal: str, account: dict[str, Any]) -> dict[str, Any]:
        """The milestone of the proposal that an account carries."""
        place = (account.get("milestone"), account["commodity"])
        return next((one for one in self.proposals.get(proposal, {}).get("milestones", []) if (one["n"], one["commodity"]) == place), {})

    def is_approved(self, proposal: str) -> bool:
        return proposal in self.proposals and len(self.approvals.get(proposal, ())) >= self.policy["k"]

    def trial_balance(self) -> dict[str, dict[str, int]]:
        sums: dict[str, dict[str, int]] = {}
        for account, amount in ((self.account(name), amount) for name, amount in self.net.items()):
            sums.setdefault(account["commodity"], Counter())[account["stage"]] += amount
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
    take_openings(book, leaf, leaf.get("opens", {}))
    payload = leaf.get("payload", {})
    if kind == "memo" and payload.get("about") == "proposal":
        take_proposal(book, leaf, payload.get("proposal"))
    for one in leaf.get("decisions", []):
        take_decision(book, one)
    if kind == "policy":
        take_policy(book, leaf, payload)
    need(kind != "break", "a book that was broken off is not read by this release")
    if kind == "close":
        take_close(book, payload)
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


def take_openings(book: Book, leaf: dict[str, Any], opens: dict[str, Any]) -> None:
    for name, one in ((name, one) for name, new in opens.items() for one in new):
        need(one["id"] not in book.opened[name], f"{one['id']} is opened twice")
        book.opened[name][one["id"]] = one
    for holder in (leaf, *(one for new in opens.values() for one in new)):
        places = {(holder["id"], name): commitment for name, commitment in holder.get("private", {}).items()}
        need(not places.keys() & book.private.keys(), f"{holder['id']} has a private field twice")
        book.private.update(places)
    for one in opens.get("accounts", []):
        known = one["fund"] in book.opened["funds"] and one["commodity"] in book.opened["commodities"]
        need(known and one.get("custody", "") in {"", *book.opened["custodies"]}, f"account {one['id']} names what is not open")
        need(book.custody_type(one) in CUSTODIES[one["stage"]], f"account {one['id']} cannot be in such a custody")


def take_policy(book: Book, leaf: dict[str, Any], policy: Any) -> None:
    need(has_shape(policy, "policy"), "its payload is not a policy")
    need(policy["epoch"] == (book.policy["epoch"] + 1 if book.policy else 0), "its epoch is not the next")
    need(1 <= policy["k"] <= len(policy["stewards"]), "its quorum is not possible")
    approved = book.is_approved(leaf.get("proposal", "")) and book.proposals[leaf["proposal"]].get("payload") == policy
    need(approved or not book.policy, "no quorum of stewards approved exactly this policy")
    book.policy = policy


def take_proposal(book: Book, leaf: dict[str, Any], proposal: Any) -> None:
    need(has_shape(proposal, "proposal") and proposal["id"] == leaf.get("proposal"), "its payload is not a proposal of that id")
    need(proposal["id"] not in book.proposals, "the proposal was filed before")
    fits = proposal["book"] == book.policy["book"] and proposal["policy"] == digest(book.policy)
    need(fits, "the proposal is for another book or policy")
    book.proposals[proposal["id"]] = proposal
    book.allowed[proposal["id"]] = Counter((row["debit"], row["credit"], row["amount"]) for row in proposal.get("rows", []))


def take_decision(book: Book, one: dict[str, Any]) -> None:
    proposal = book.proposals.get(one["proposal"], {})
    need(one["digest"] == digest(proposal), "a decision is about no proposal in the book, or another text")
    need(one["steward"] in book.policy["stewards"], f"{one['steward']} decides but is no steward")
    need(one["date"] <= proposal["expiry"], "a decision came after the proposal had ended")
    approvals = book.approvals.setdefault(one["proposal"], set())
    need(one["steward"] not in approvals, f"{one['steward']} decides twice")
    approvals.add(one["steward"])


def take_close(book: Book, payload: Any) -> None:
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
    needs, custody, end, fund_may_change = terms or (frozenset[str](), "", "", False)
    need("resolves" not in row or "V" in needs, "it resolves a hold, which its kind cannot")
    need(fund_may_change or debit["fund"] == credit["fund"], "the fund may not change")
    need(custody == "." or (debit.get("custody") == credit.get("custody")) == (custody == "="), "the custody is wrong")
    if leaf["kind"] == "allocate":
        fund = credit["fund"]
        for _ in book.opened["funds"]:
            fund = book.opened["funds"].get(fund, {}).get("parent") if fund != debit["fund"] else fund
        need(debit["fund"] in ("unidentified", fund), "the fund may only become narrower")
    for one in sorted(needs):
        check_need(book, leaf, row, one)
    if end:
        place = (debit if end == "debit" else credit)["custody"]
        need(book.movements.setdefault(row.get("movement", ""), place) == place, "its movement belongs to another custody")
    if "lot" in row:
        source = book.rows.get(tuple(row["lot"]))
        need(source and book.account(source["debit"])["stage"] == "ext", "its lot is no row that brought something")


def check_need(book: Book, leaf: dict[str, Any], row: Row, one: str) -> None:
    debit, credit = book.account(row["debit"]), book.account(row["credit"])
    proposal_id = leaf.get("proposal", "")
    proposal = book.proposals.get(proposal_id, {})
    carried = {account["proposal"] for account in (debit, credit) if "proposal" in account}
    milestone = book.milestone(proposal_id, debit if "milestone" in debit else credit)
    if one in "MWL":
        name, why = {"M": ("movement", "no bank line or slip stands behind it"), "L": ("lot", "it names no gift that it returns")}.get(
            one, ("documents", "its document is missing"))  # fmt: skip
        need(name in row or name in leaf, why)
    elif one == "P":
        need(leaf.get("second", leaf["author"]) != leaf["author"], "no second person confirmed it")
    elif one == "F":
        need(proposal and carried == {proposal_id} and leaf["date"] <= proposal["expiry"], "no unexpired proposal was filed for it")
        fits = all(milestone.get(name) == credit.get(name) for name in ("custody", "fund", "commodity"))
        need(fits and milestone["ceiling"] == row["amount"], "it is not the milestone's ceiling, custody and fund")
        place = (proposal_id, milestone["n"], milestone["commodity"])
        need(place not in book.held.values(), "the milestone is held already")
        book.held[leaf["seq"], row["line"]] = place
    elif one == "V":
        ref = tuple(row.get("resolves", (-1, -1)))
        fits = ref in book.held and (book.rows[ref]["credit"], book.rows[ref]["amount"]) == (row["debit"], row["amount"])
        need(fits and ("resolved", *ref) not in book.used, "it resolves no hold, whole and once")
        book.used.add(("resolved", *ref))
    elif one in "QR" or (one == "T" and book.opened["custodies"][debit["custody"]].get("settles_to") != credit["custody"]):
        need(book.is_approved(proposal_id), "no quorum of stewards approved it")
        need(carried <= {proposal_id} and (carried or one != "R"), "its accounts belong to another proposal")
        need(one != "T" or proposal.get("target") == credit["custody"], "it arrives elsewhere than the proposal says")
        need(one != "Q" or leaf["date"] <= proposal["expiry"], "its proposal had ended")
        if one == "Q" and leaf["kind"] != "release":
            exact, left = (row["debit"], row["credit"], row["amount"]), book.allowed[proposal_id]
            need(left[exact] > 0, "the stewards did not approve this row, or it was posted before")
            left[exact] -= 1
    elif one == "E":
        need(leaf["date"] >= milestone.get("earliest", ""), "it is before the milestone's earliest date")
        need({document["kind"] for document in leaf.get("documents", [])} >= set(milestone.get("evidence", ())), "its evidence is missing")


def check_whole(book: Book, leaf: dict[str, Any], rows: list[Row]) -> None:
    """Rules over all rows: exchanges, whole reversals, corrections inside their row, charges inside their cap."""
    kind = leaf["kind"]
    need((kind == "reverse") == ("reverses" in leaf), "reversing and naming an entry to reverse go together")
    if kind == "reverse":
        old = book.leaves.get(leaf["reverses"], {})
        need("rows" in old and old["kind"] not in NOT_REVERSIBLE, "it reverses what cannot be reversed")
        swapped = [(row["credit"], row["debit"], row["amount"]) for row in old["rows"]]
        need([(row["debit"], row["credit"], row["amount"]) for row in rows] == swapped, "its rows are not those of the entry, swapped")
        need(("reversed", old["seq"]) not in book.used and old["seq"] != leaf["seq"], "the entry was reversed before")
        refs = [(old["seq"], line) for line in range(1, len(rows) + 1)]
        need(not any(book.corrected[ref] or ("resolved", *ref) in book.used for ref in refs), "it was corrected or resolved before")
    if kind == "fx":
        need(len(rows) == 2, "an exchange has two rows")
        ends = [book.account(name) for name in (rows[0]["debit"], rows[0]["credit"], rows[1]["debit"], rows[1]["credit"])]
        need(ends[1]["stage"] == ends[2]["stage"] == "trading", "its rows do not meet in trading")
        need(len({end["fund"] for end in ends}) == 1, "its rows are not of one fund")
        need(ends[0]["commodity"] != ends[3]["commodity"], "it exchanges a currency for itself")
    for row in rows:
        need(("corrects" in row) == (kind == "correction"), "correcting and naming the row go together")
        if "corrects" in row:
            ref = tuple(row["corrects"])
            line = book.rows.get(ref, {})
            book.corrected[ref] += int(row["amount"])
            need((line.get("debit"), line.get("credit")) == (row["credit"], row["debit"]), "it corrects a row that is not its own, swapped")
            need(ref[0] < leaf["seq"] and book.leaves[ref[0]]["kind"] not in NOT_CORRECTABLE, "it corrects what cannot be corrected")
            need(book.corrected[ref] <= int(line["amount"]), "corrections take back more than the row")


def post_row(book: Book, leaf: dict[str, Any], row: Row) -> None:
    amount = int(row["amount"])
    book.rows[leaf["seq"], row["line"]] = row
    book.net[row["debit"]] -= amount
    book.net[row["credit"]] += amount
    book.arrived[row["credit"]] += amount
    credit, proposal = book.account(row["credit"]), leaf.get("proposal", "")
    if "resolves" in row and leaf["kind"] == "void":
        book.held[tuple(row["resolves"])] = ("", "", "")
    if leaf["kind"] == "reverse":
        book.used.add(("reversed", leaf["reverses"]))
        book.held.pop((leaf["reverses"], row["line"]), None)
    if "covers" in row:
        account = row["covers"]["account"]
        book.covered[account] += int(row["covers"]["amount"])
        need(book.covered[account] <= book.arrived[account], "it covers more than was committed or paid")
    if leaf["kind"] == "fee" and book.account(row["debit"])["stage"] == "transit":
        book.charged[proposal, credit["commodity"]] += amount
        cap = book.milestone(proposal, {**credit, "milestone": "charges"}).get("ceiling", "0")
        need(book.charged[proposal, credit["commodity"]] <= int(cap), "the charges are above their cap")


def verify(data: bytes, key: str | None) -> list[str]:
    """Check the whole dump; the lines of the summary, or Wrong."""
    lines = data.split(b"\n")
    head = parse(lines[0], "header")
    must(has_shape(head, "header") and head["type"] == "header", "header", "it has not the form of a header")
    entries, opened = head["counts"]["entries"], head["counts"]["openings"]
    tiles = -(-entries // TILE_HASHES)
    must(max(entries, opened) <= len(lines), "header", f"its counts are larger than the file of {len(lines)} lines")
    names = ["header"] + [f"entry {n}" for n in range(entries)] + [f"tile {n}" for n in range(tiles)]
    names += [f"opening {n + 1}" for n in range(opened)] + ["checkpoint"]
    parts = [parse(line, name) for line, name in zip(lines, names, strict=False)]
    whole = len(lines) == len(names) + 1 and not lines[-1]
    must(whole, "header", f"its counts make {len(names)} lines; the file has {len(lines) - 1} whole ones")
    leaves, tail = parts[1 : 1 + entries], parts[1 + entries :]
    for part, name, shape in zip(tail, names[1 + entries :], ["tile"] * tiles + ["opening"] * opened + ["checkpoint"], strict=True):
        must(has_shape(part, shape) and part["type"] == shape, name, f"it has not the form of a {shape}")
    text, gap, signatures = tail[-1]["note"].partition("\n\n")
    said, root = text.split("\n"), unbase64(text.rpartition("\n")[2])
    right = gap and said[:2] == [head["origin"], str(entries)] and len(said) == 3 and len(root) == 32 and entries
    must(right, "checkpoint", f"it does not say that {head['origin']} has {entries} entries and their root")
    check_tree(lines[1 : 1 + entries], tail[:tiles], root)
    check_signatures(text + "\n", signatures, head)
    must(key in (None, head["log_key"]), "header", "the log key is not the one given with --key")
    book = Book()
    for seq, leaf in enumerate(leaves):
        try:
            take_leaf(book, leaf, seq)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as wrong:
            missing = "" if isinstance(wrong, ValueError) else "it refers to what is not there: "
            raise Wrong(f"entry {seq}: {missing}{wrong}") from None
    must(all(leaves[0]["payload"][name] == head[name] for name in ("book", "origin")), "header", "book and origin are not those of entry 0")
    check_openings(book, tail[tiles:-1])
    return summary(book, head, root, key)


def check_tree(lines: list[bytes], tiles: list[dict[str, Any]], root: bytes) -> None:
    hashes = [hashlib.sha256(b"\x00" + line).digest() for line in lines]
    listed = b"".join(bytes.fromhex(tile["hashes"]) for tile in tiles)
    whole = [tile["first"] for tile in tiles] == list(range(0, len(lines), TILE_HASHES)) and len(listed) == 32 * len(lines)
    must(whole, "tile 0", "the tiles do not list each entry once")
    changed = [n for n in range(len(lines)) if listed[32 * n : 32 * n + 32] != hashes[n] or len(lines[n]) > LEAF_BYTES_MAX]
    first, signed = (*changed, 0)[0], tree_root(hashes) == root
    must(not changed or not signed, f"tile {first // TILE_HASHES}", f"its hash of entry {first} was changed")
    must(not changed, f"entry {first}", "a byte was changed: it is not the entry in the signed tree")
    must(signed, "checkpoint", "the entries are not the tree that it signs")


def check_openings(book: Book, openings: list[dict[str, Any]]) -> None:
    places = [(one["of"], one["name"]) for one in openings]
    for n, one in enumerate(openings):
        made = hashlib.sha256(bytes.fromhex(one["salt"]) + canonical([one["of"], one["name"], one["value"]])).hexdigest()
        must(book.private.get(places[n]) == made, f"opening {n + 1}", f"it does not open the field {one['name']} of {one['of']}")
        must(n == 0 or places[n - 1] < places[n], f"opening {n + 1}", "it is doubled or out of order")


def summary(book: Book, head: dict[str, Any], root: bytes, key: str | None) -> list[str]:
    lines = [f"The book {head['book']} holds: {len(book.leaves)} entries, every rule kept."]
    for name, stages in sorted(book.trial_balance().items()):
        commodity = book.opened["commodities"][name]
        nets = {stage: Decimal(net).scaleb(-commodity["scale"]) for stage, net in sorted(stages.items())}
        parts = ", ".join(f"{stage} {net:f}" for stage, net in nets.items())
        lines.append(f"{commodity.get('code', name)}: {parts}; all together {sum(nets.values()):f}")
    witnessed = f"independently witnessed ({len(head['witness_keys'])})" if head["witness_keys"] else "signed log"
    lines.append(f"Head: {len(book.leaves)} {root.hex()}")
    lines.append(f"Log: {head['origin']}, {witnessed}. " + ("Log key given." if key else "Log key taken from the file."))
    lines.append(f"Openings: {head['counts']['openings']} of {len(book.private)} private fields, all true.")
    policy = f"Policy: {book.policy['k']} of {len(book.policy['stewards'])} stewards"
    return [*lines, f"{policy}; it holds no keys, so decisions are names, not signatures.", NOTES]


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
        print("\n".join(verify(data, asked.key)).encode("ascii", "backslashreplace").decode())
        must(not asked.stewards, "entry 0", "the policy holds no keys in this release, so the stewards' keys cannot be compared")
    except Wrong as wrong:
        print(f"Refused. {wrong}.".encode("ascii", "backslashreplace").decode(), file=sys.stderr)
        return REFUSED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
