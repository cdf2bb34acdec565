"""`awna-verify FILE`: check a dumped book offline, with nothing but this file and Python. docs/book-format.md is what it checks."""

import argparse
import base64
import contextlib
import hashlib
import hmac
import io
import json
import re
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

DONE, REFUSED, MISUSED = 0, 1, 2
LEAF_BYTES_MAX, TILE_HASHES, BATCH_MIN, AMOUNT_MAX = 65_535, 256, 10, 10**15
RATE_BAND = Fraction(1, 5)  # an exchange that no quorum bounds stays this near to the rate in the book
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
PURSES, OUTSIDE = ("bank", "provider", "cash"), ("",)
BALANCE_STAGES = ("free", "held", "released", "committed", "short")
CUSTODIES = dict.fromkeys(BALANCE_STAGES, PURSES) | {
    "ext": OUTSIDE, "lost": OUTSIDE, "trading": OUTSIDE, "advance": ("payee",), "stock": ("place",),
    "transit": ("consignment", "remittance"), "issued": ("task",),
}  # fmt: skip
UNFLOORED = ("ext", "lost", "trading", "short")
WITHOUT_ROWS = ("memo", "close", "policy", "break")
NOT_REVERSIBLE = ("open", "release", "order", "void", "reclass", "reverse", "correction")
NOT_CORRECTABLE = ("hold", *NOT_REVERSIBLE[1:])

Value = dict[str, Any]  # a parsed line, or an object in it
Rows = list[Value]
Terms = tuple[frozenset[str], str, str, bool]


class Wrong(ValueError):
    """What is wrong, with the entry or part in front."""


def need(fact: object, why: str) -> None:
    if not fact:
        raise Wrong(why)


def build_table() -> dict[tuple[str, ...], Terms]:
    """(kind, debit stage, its custody type, credit stage, its custody type, commodity) → (needs, custody, movement end, fund may change)."""
    table: dict[tuple[str, ...], Terms] = {}
    for kind, debit, credit, goods, needs, custody, *extra in (line.split() for line in re.split(r"[|\n]", TABLE) if line.strip()):
        types = {word[0]: tuple(word[2:].split(",")) for word in extra if word[1] == ":"} if extra != ["f"] else {}
        end = "debit" if "+d" in extra else "credit" if "+c" in extra else ""
        for dtype, ctype, thing in product(types.get("d", CUSTODIES[debit]), types.get("c", CUSTODIES[credit]), COMMODITIES[goods]):
            moved = (debit, dtype) if end == "debit" else (credit, ctype)
            slip = "P" if end and moved[0] in BALANCE_STAGES and moved[1] == "cash" else ""
            table[kind, debit, dtype, credit, ctype, thing] = (frozenset(needs.strip("-") + slip), custody, end, "f" in extra)
            # Undoing changes the balance of the end that the row changed: a movement at a bank, a quorum for cash, else a second person.
            side = "" if custody == "=" else "debit" if credit in BALANCE_STAGES else "credit" if debit in BALANCE_STAGES else ""
            purse = {"debit": ctype, "credit": dtype, "": ""}[side]
            wants = {"bank": "M", "provider": "M", "cash": "Q"}.get(purse, "P")
            for undo, barred in (("reverse", NOT_REVERSIBLE), ("correction", NOT_CORRECTABLE)):
                if kind not in barred:
                    more = "Q" if wants == "M" and undo == "correction" and debit == "ext" else ""
                    terms = (frozenset(wants + more), custody, side if wants == "M" else "", "f" in extra)
                    table[undo, credit, ctype, debit, dtype, thing] = terms
    return table


RULES = build_table()
KINDS = {key[0] for key in RULES} | set(WITHOUT_ROWS)

# ------------------------------------------------- shapes: name, then key:shape; ? = may be missing, [x] = list of x and not empty, =x = the text x
# Canonical JSON has one byte form, so a shape is one regular expression over the whole line: no key more, less, twice or out of order.

SHAPES_TEXT = """
counts entries:int openings:int | header type:=header v:1 book:word origin:word log_key:word counts:counts witness_keys:words |
tile type:=tile first:int hashes:hashes | checkpoint type:=checkpoint note:text | seen size:int root:digest | step hash:digest sum:sum |
opening type:=opening v:1 of:id name:word salt:digest value:text | share index:int amount:amount steps:[step] |
receipt type:=receipt v:1 receipt:word key:digest book:word log_key:word lot:ref leaf:text proof:text ?share:share |
fund id:id ?parent:id ?private:private | custody id:id type:word ?settles_to:id ?private:private |
commodity id:id kind:thing scale:scale ?code:word ?private:private | exact debit:id credit:id amount:amount |
account id:id stage:stage fund:id commodity:id ?custody:id ?proposal:id ?milestone:word ?private:private |
opens ?commodities:[commodity] ?funds:[fund] ?custodies:[custody] ?accounts:[account] | document kind:word digest:digest |
decision steward:id proposal:id digest:digest date:date ?key:digest ?nonce:digest ?signature:base64 ?auth:base64 ?client:base64 |
signed key:digest nonce:digest signature:base64 ?auth:base64 ?client:base64 | covers account:id amount:amount |
passkey kind:=passkey alg:=es256 steward:id public:base64 rp:word site:word | paper kind:=paper alg:=ed25519 steward:id public:base64 |
policy about:=policy book:word origin:word epoch:int k:int stewards:[id] ?keys:[key] ?founding:[signed] |
milestone n:word custody:id fund:id commodity:id ceiling:amount ?evidence:[word] ?earliest:date | moved id:id amount:delta |
proposal v:1 book:word id:id purpose:word policy:digest expiry:date nonce:word ?payee:digest ?target:id ?milestones:[milestone]
  ?rows:[exact] ?documents:[word] ?seen:seen ?least_arrival:amount |
statement about:word custody:id ?commodity:id ?number:int ?opening:delta ?closing:delta ?movements:[moved] ?commitment:digest |
rate about:=rate from:word to:word rate:decimal date:date source:word | close about:=close through:date balances:digest |
row line:int debit:id credit:id amount:amount ?movement:id ?lot:ref ?resolves:ref ?corrects:ref ?covers:covers |
batch n:int movements:digest shares:digest |
leaf v:1 seq:int id:id kind:kind date:date author:id ?second:id ?proposal:id ?reverses:int ?rows:[row] ?opens:opens ?private:private
  ?documents:[document] ?decisions:[decision] ?batch:batch
"""
PLAIN = r'[^"\\\x00-\x1f]'
PATTERNS = {
    "id": r'"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}"', "word": rf'"(?:{PLAIN}|\\["\\]){{1,200}}"', "digest": r'"[0-9a-f]{64}"', "1": "1",
    "text": rf'"{PLAIN}*(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f])){PLAIN}*)*"', "hashes": r'"(?:[0-9a-f]{64}){1,256}"',
    "date": r'"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"', "amount": r'"(?:[1-9][0-9]{0,14}|10{15})"',
    "sum": r'"(?:0|[1-9][0-9]{0,14}|10{15})"', "delta": r'"(?:0|-?[1-9][0-9]{0,14})"', "decimal": r'"[0-9]{1,9}(?:\.[0-9]{1,12})?"',
    "int": r"(?:0|[1-9][0-9]{0,14})", "scale": "[0-9]", "base64": r'"[A-Za-z0-9+/]+={0,2}"', "ref": r"\[(?:0|[1-9][0-9]{0,14}),[1-9][0-9]{0,4}\]",
    "kind": f'"(?:{"|".join(sorted(KINDS))})"', "stage": f'"(?:{"|".join(CUSTODIES)})"', "thing": '"(?:money|material|medical|equipment|time)"',
}  # fmt: skip
PATTERNS["private"] = r"\{{{word}:{digest}(?:,{word}:{digest})*\}}".format_map(PATTERNS)
PATTERNS["words"] = r"\[(?:{word}(?:,{word})*)?\]".format_map(PATTERNS)
SHAPES = {name: fields for name, *fields in map(str.split, SHAPES_TEXT.split("|"))}


def pattern(name: str) -> str:
    """The regular expression of a shape: its keys in order, each followed by a comma and a next key, or by the end."""
    if name == "key":
        return f"(?:{pattern('passkey')}|{pattern('paper')})"
    if name[0] in "[=":
        return rf"\[{pattern(name[1:-1])}(?:,{pattern(name[1:-1])})*\]" if name[0] == "[" else f'"{name[1:]}"'
    if name in PATTERNS:
        return PATTERNS[name]
    fields = sorted((*word.strip("?").split(":"), word[0]) for word in SHAPES[name])
    parts = (rf'(?:"{key}":{pattern(shape)}(?:,(?=")|(?=\}})))' + "?" * (mark == "?") for key, shape, mark in fields)
    return rf"\{{(?!\}}){''.join(parts)}\}}"


MATCHES = {name: re.compile(pattern(name)).fullmatch for name in SHAPES}


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def is_canonical(text: str, shape: str) -> bool:
    """Whether this is the one form of a value of this shape. What a payload says is free; the order of private fields is in no pattern."""
    if '"payload":' not in text and '"private":' not in text:
        return bool(MATCHES[shape](text))
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        value = json.loads(text, parse_float=str.encode, parse_constant=str.encode)  # bytes, which canonical() cannot write
        if canonical(value).decode() == text:
            payload = value.pop("payload", {"": ""}) if shape in ("leaf", "proposal") else {"": ""}
            return isinstance(payload, dict) and payload != {} and bool(MATCHES[shape](canonical(value).decode()))
    return False


def parse(line: bytes, where: str, shape: str) -> Value:
    """The value of one line that stands in its one form."""
    with contextlib.suppress(UnicodeDecodeError):
        text = line.decode()
        if text[-1:] == "\n" and is_canonical(text[:-1], shape):
            return {} if shape == "leaf" else json.loads(text)  # type: ignore[no-any-return]
    raise Wrong(f"{where}: its line is not a canonical {shape}; a byte was changed")


def unbase64(text: str) -> bytes:
    """The bytes of base64 in its one exact form, else none."""
    with contextlib.suppress(ValueError):
        raw = base64.b64decode(text, validate=True)
        return raw if base64.b64encode(raw).decode() == text else b""
    return b""


# ---------------------------------------------------------------- signatures: Ed25519 (RFC 8032) and ECDSA on P-256, with whole numbers only

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Q, Q_ORDER = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Q_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
Q_X, Q_Y = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None  # None is the neutral point


def add_ed(a: Point, b: Point) -> Point:
    (x, y), (u, v) = a or (0, 1), b or (0, 1)
    t = D * x * u * y * v % P
    inverse = pow(1 - t * t, -1, P)
    return (x * v + u * y) * (1 - t) * inverse % P, (y * v + x * u) * (1 + t) * inverse % P


def add_p256(a: Point, b: Point) -> Point:
    if a is None or b is None or (a[0] == b[0] and (a[1] + b[1]) % Q == 0):
        return None if a and b else a or b
    slope = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, Q) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, Q)
    x = (slope * slope - a[0] - b[0]) % Q
    return x, (slope * (a[0] - x) - a[1]) % Q


def times(add: Callable[[Point, Point], Point], scalar: int, point: Point) -> Point:
    result: Point = None
    while scalar:
        result = add(result, point) if scalar & 1 else result
        point, scalar = add(point, point), scalar >> 1
    return result


def ed_point(data: bytes) -> Point:
    """The curve point of 32 bytes in their one exact form."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if len(data) != 32 or y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def ed25519_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    key, commitment, scalar = ed_point(public), ed_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or len(signature) != 64 or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base = ed_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    return times(add_ed, scalar, base) == add_ed(commitment, times(add_ed, challenge, key))


def es256_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    """ECDSA with SHA-256; the key is 04 x y, the signature DER, each in its one exact form."""
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    if len(public) != 65 or public[0] != 4 or max(x, y) >= Q or (y * y - x * x * x + 3 * x - Q_B) % Q or len(signature) < 8:
        return False
    end = 4 + signature[3]
    r, s = int.from_bytes(signature[4:end], "big"), int.from_bytes(signature[end + 2 :], "big")
    der = b"".join(bytes([2, n.bit_length() // 8 + 1]) + n.to_bytes(n.bit_length() // 8 + 1, "big") for n in (r, s))
    if signature[:2] + der != signature or signature[:2] != bytes([48, len(der)]) or not (0 < r < Q_ORDER and 0 < s < Q_ORDER):
        return False
    inverse, hashed = pow(s, -1, Q_ORDER), int.from_bytes(hashlib.sha256(message).digest(), "big")
    found = add_p256(times(add_p256, hashed * inverse % Q_ORDER, (Q_X, Q_Y)), times(add_p256, r * inverse % Q_ORDER, (x, y)))
    return found is not None and found[0] % Q_ORDER == r


def steward_signed(key: Value, signed: Value, challenge: bytes) -> bool:
    """A passkey signs on its own site, with the person verified (WebAuthn); a paper key signs with its own prefix (Ed25519)."""
    public, signature = unbase64(key["public"]), unbase64(signed["signature"])
    if key["kind"] == "paper":
        return ed25519_is_right(public, b"awna/paper/v1" + challenge, signature)
    auth, client = unbase64(signed["auth"]), unbase64(signed["client"])
    said, asked = json.loads(client), base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    need(said["type"] == "webauthn.get" and said["challenge"] == asked, "the key signed another challenge, so another text")
    on_site = said["origin"] == key["site"] and not said.get("crossOrigin") and auth[:32] == hashlib.sha256(key["rp"].encode()).digest()
    need(on_site, f"the key signed on another site than {key['site']}")
    need(len(auth) >= 37 and auth[32] & 5 == 5, "the key did not verify the person")
    return es256_is_right(public, auth + hashlib.sha256(client).digest(), signature)


def key_id(public: str) -> str:
    return hashlib.sha256(unbase64(public)).hexdigest()


def word_code(fingerprint: str) -> str:
    """The first six bytes of a fingerprint in words, to compare on paper or on the telephone."""
    starts, ends = re.findall("..", "badafagahakalamanaparasatawayaza"), re.findall("..", "bodifugohikulominuporisutowiyuzo")
    return "-".join(starts[byte >> 4] + ends[byte & 15] for byte in bytes.fromhex(fingerprint)[:6])


# ----------------------------------------------------------------------------------------------------------------- the book and its rules


class Book:
    """The book after some entries. A rule of a row is a method that says whether the row may stand, or raises what is wrong."""

    def __init__(self) -> None:
        self.opened: dict[str, Value] = {"commodities": {}, "funds": {}, "custodies": {}, "accounts": {}}
        self.ids, self.sealed, self.resolved, self.undone = (set[Any]() for _ in range(4))
        self.policy, self.keys, self.accounts, self.pairs, self.rows, self.private, self.filed, self.movements, self.closings = (
            dict[Any, Any]() for _ in range(9))  # fmt: skip
        self.corrected, self.slips, self.rates = Counter[Any](), Counter[str](), defaultdict[Any, list[tuple[str, Fraction]]](list)
        self.size, self.signed, self.line, self.closed_through = 0, 0, 0, ""

    def trial_balance(self) -> dict[str, Counter[str]]:
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for account in {end.id: end for pair in self.pairs.values() for end in (pair.debit, pair.credit)}.values():
            sums[account.commodity][account.stage] += account.net
        return sums

    def take(self, leaf: Value, seq: int) -> None:
        """Check one leaf against the book so far and take it in."""
        kind, rows, self.line = leaf["kind"], leaf.get("rows", ()), 0
        need(leaf["seq"] == seq, "its number is not its place")
        need(leaf["id"] not in self.ids, "its id was used before")
        need(bool(rows) != (kind in WITHOUT_ROWS), "its kind has no rows, or needs some")
        need(leaf["date"] > self.closed_through, "it is dated inside a period that was closed")
        need(seq or kind == "policy", "entry 0 must be the founding policy")
        need(("reverses" in leaf) == (kind == "reverse"), "reversing and naming an entry to reverse go together")
        self.ids.add(leaf["id"])
        if "opens" in leaf or "private" in leaf:
            self.open(leaf, leaf.get("opens", {}))
        if kind == "memo" and leaf.get("payload", {}).get("about") in MEMOS:
            MEMOS[leaf["payload"]["about"]](self, leaf, leaf["payload"])
        for one in leaf.get("decisions", ()):
            self.decide(one)
        if kind in WHOLE or "batch" in leaf:
            WHOLE.get(kind, Book.batch)(self, leaf, rows)
        for account in [account for row in rows for account in self.move(leaf, row, kind)]:
            if account.net < 0 and account.stage not in UNFLOORED:
                raise Wrong(f"account {account.id} falls below zero")
            need(account.stage != "short" or account.net <= 0, "a shortfall rises above zero")
            need(account.covered <= account.coverable, "receipts cover more than was committed or paid")
        self.size = seq + 1

    def move(self, leaf: Value, row: Value, kind: str) -> list[Any]:
        """One row: its pair of stages and what that needs; then it moves. The accounts whose limits it may have crossed."""
        self.line += 1
        need(row["line"] == self.line, "its rows are not numbered from 1")
        pair = self.pairs.get((kind, row["debit"], row["credit"])) or self.pair(kind, row["debit"], row["credit"])
        for rule, why in pair.needs:
            if not rule(self, leaf, row, pair):
                raise Wrong(why)
        if len(row) > 4:
            need("resolves" not in row or "V" in pair.letters, "it resolves a hold, which its kind cannot")
            need(("corrects" in row) == (kind == "correction"), "correcting and naming the row go together")
            source = self.rows.get(tuple(row["lot"])) if "lot" in row else None
            need("lot" not in row or (source and source[0].debit.stage == "ext"), "its lot is no row that brought something")
        amount, debit, credit, covers = int(row["amount"]), pair.debit, pair.credit, row.get("covers")
        self.rows[leaf["seq"], self.line] = (pair, amount, covers)
        debit.net -= amount
        credit.net += amount
        if kind in ("order", "pay", "void"):
            self.count_coverable(pair, amount)
        if not covers:
            return [debit, credit]
        self.accounts[covers["account"]].covered += int(covers["amount"])
        return [debit, credit, self.accounts[covers["account"]]]

    def pair(self, kind: str, debit_id: str, credit_id: str) -> Any:
        """What holds for every row of this kind between two accounts, found once."""
        need(debit_id in self.accounts and credit_id in self.accounts, "it names an account that is not open")
        debit, credit, goods = self.accounts[debit_id], self.accounts[credit_id], self.opened["commodities"]
        need(
            debit is not credit and debit.commodity == credit.commodity, "it leaves and arrives at the same account, or in two commodities"
        )
        terms = RULES.get((kind, debit.stage, debit.type, credit.stage, credit.type, goods[debit.commodity]["kind"]))
        need(terms, f"{kind} may not go from {debit.stage} to {credit.stage}")
        letters, custody, end, fund_may_change = terms or (frozenset[str](), "", "", False)
        need(fund_may_change or debit.fund == credit.fund, "the fund may not change")
        need(custody == "." or (debit.custody == credit.custody) == (custody == "="), "the custody is wrong")
        fund, funds = credit.fund, self.opened["funds"]
        for _ in funds if kind == "allocate" else ():
            fund = funds.get(fund, {}).get("parent") if fund != debit.fund else fund
        need(kind != "allocate" or debit.fund in ("unidentified", fund), "the fund may only become narrower")
        needs = [NEEDS[one] for one in sorted(letters | ({kind} & NEEDS.keys()))]
        return self.pairs.setdefault((kind, debit_id, credit_id), SimpleNamespace(
            kind=kind, debit=debit, credit=credit, letters=letters, needs=needs, carried={debit.proposal, credit.proposal} - {""},
            place={"debit": debit.custody, "credit": credit.custody, "": ""}[end], sign=1 if end == "credit" else -1))  # fmt: skip

    def has_movement(self, leaf: Value, row: Value, pair: Any) -> bool:
        """The bank's line or slip lies in this custody, has this direction, and is not used beyond its amount."""
        if "batch" in leaf or "movement" not in row:
            return "batch" in leaf and "movement" not in row
        movement = self.movements.get(row["movement"])
        if movement is None:
            need(pair.place not in self.closings or pair.place in self.sealed, "no statement or slip in the book lists its movement")
            movement = self.movements[row["movement"]] = [pair.place, None, 0]
        movement[2] += pair.sign * int(row["amount"])
        need(movement[0] == pair.place, "its movement belongs to another custody")
        need(is_within(movement), "its movement goes the other way, or is used beyond its amount")
        return True

    def is_held(self, leaf: Value, row: Value, pair: Any) -> bool:
        filed, credit = self.filed.get(leaf.get("proposal")), pair.credit
        need(filed and pair.carried == {leaf["proposal"]}, "no such proposal was filed for it")
        milestone, place = filed.milestones.get((credit.milestone, credit.commodity), {}), (credit.milestone, credit.commodity)
        need(leaf["date"] <= filed.value["expiry"] and not filed.ended, "its proposal had ended")
        need(credit.fund != "unidentified", "money that belongs to no known purpose cannot be held")
        fits = all(milestone.get(name) == getattr(credit, name) for name in ("custody", "fund", "commodity"))
        need(fits and milestone["ceiling"] == row["amount"], "it is not the milestone's ceiling, custody and fund")
        need(place not in filed.held, "the milestone is held already")
        filed.held.add(place)
        return True

    def resolves(self, leaf: Value, row: Value, pair: Any) -> bool:
        ref = tuple(row.get("resolves", ()))
        old, amount, _ = self.rows.get(ref, (None, 0, None))
        if old is None or old.kind != "hold" or old.credit is not pair.debit or amount != int(row["amount"]) or ref in self.resolved:
            return False
        self.resolved.add(ref)
        return ref[0] not in self.undone

    def is_approved(self, leaf: Value, row: Value, pair: Any) -> bool:
        """The quorum said yes to this proposal (Q: to exactly this row); its accounts or its target are the proposal's."""
        if "T" in pair.letters and pair.credit.custody == self.opened["custodies"][pair.debit.custody].get("settles_to"):
            return True
        filed, exact = self.filed.get(leaf.get("proposal")), (row["debit"], row["credit"], row["amount"])
        if filed is None or not filed.approved:
            return False
        exactly = "Q" in pair.letters and pair.kind != "release"  # fixed row by row, the rows may touch another proposal's accounts
        own = exactly or pair.carried <= {leaf["proposal"]}
        need(own and (pair.carried or "R" not in pair.letters), "its accounts belong to another proposal")
        need("T" not in pair.letters or filed.value.get("target") == pair.credit.custody, "it arrives elsewhere than the proposal says")
        need("Q" not in pair.letters or leaf["date"] <= filed.value["expiry"], "its proposal had ended")
        need(not filed.ended or pair.kind not in ("release", "order"), "its proposal was ended by a void")
        if exactly:
            filed.allowed[exact] -= 1
            need(filed.allowed[exact] >= 0, "the stewards did not approve this row, or it was posted before")
        return True

    def has_evidence(self, leaf: Value, row: Value, pair: Any) -> bool:
        milestone = self.filed[leaf["proposal"]].milestones.get((pair.debit.milestone, pair.debit.commodity), {})
        need(leaf["date"] >= milestone.get("earliest", ""), "it is before the milestone's earliest date")
        return {one["kind"] for one in leaf.get("documents", ())} >= set(milestone.get("evidence", ()))

    def is_within_charges(self, leaf: Value, row: Value, pair: Any) -> bool:
        filed, debit = self.filed[leaf["proposal"]], pair.debit
        filed.charged[debit.commodity] += int(row["amount"]) if debit.stage == "transit" else 0
        cap = filed.milestones.get(("charges", debit.commodity), {"ceiling": "0"})["ceiling"]
        return debit.milestone == "charges" if debit.stage == "released" else filed.charged[debit.commodity] <= int(cap)

    def frees(self, leaf: Value, row: Value, pair: Any) -> bool:
        """Freeing what was held or released for a proposal ends it."""
        if pair.carried and pair.credit.stage == "free":
            self.filed[pair.debit.proposal].ended = True
        return pair.carried <= {leaf.get("proposal")}

    def is_forced(self, leaf: Value, row: Value, pair: Any) -> bool:
        place = ("free", pair.debit.custody, pair.debit.fund, pair.debit.commodity)
        return pair.debit.stage != "short" or not any(
            one.net for one in self.accounts.values() if (one.stage, one.custody, one.fund, one.commodity) == place)  # fmt: skip

    def count_coverable(self, pair: Any, amount: int) -> None:
        """Receipts may cover what was ordered, paid without an order, or given in advance, less what was freed again."""
        debit, credit, kind = pair.debit, pair.credit, pair.kind
        credit.coverable += amount if (kind, credit.stage) in (("order", "committed"), ("pay", "advance")) else 0
        debit.coverable += amount if (kind, debit.stage) == ("pay", "released") else 0
        debit.coverable -= amount if kind == "void" and debit.stage in ("committed", "advance") else 0

    def reverse(self, leaf: Value, rows: Rows) -> None:
        seq, lines = leaf["reverses"], range(1, len(rows) + 1)
        old = [self.rows[seq, line] for line in lines if (seq, line) in self.rows]
        swapped = [(pair.credit.id, pair.debit.id, str(amount)) for pair, amount, _ in old]
        right = [(row["debit"], row["credit"], row["amount"]) for row in rows] == swapped and (seq, len(rows) + 1) not in self.rows
        need(right, "its rows are not those of the entry, swapped")
        need(old[0][0].kind not in NOT_REVERSIBLE and seq not in self.undone, "it reverses what cannot be reversed, or was reversed before")
        need(not any(self.corrected[seq, line] or (seq, line) in self.resolved for line in lines), "it was corrected or resolved before")
        self.undone.add(seq)
        for pair, amount, covers in old:
            self.count_coverable(pair, -amount)
            if pair.kind == "hold":
                self.filed[pair.credit.proposal].held.discard((pair.credit.milestone, pair.credit.commodity))
            if covers:
                self.accounts[covers["account"]].covered -= int(covers["amount"])

    def correct(self, leaf: Value, rows: Rows) -> None:
        for row in rows:
            ref = tuple(row.get("corrects", ()))
            need(ref in self.rows, "it corrects a row that is not there")
            pair, amount, _ = self.rows[ref]
            need((pair.debit.id, pair.credit.id) == (row["credit"], row["debit"]), "it corrects a row that is not its own, swapped")
            need(pair.kind not in NOT_CORRECTABLE and ref[0] not in self.undone, "it corrects what cannot be corrected")
            self.corrected[ref] += int(row["amount"])
            need(self.corrected[ref] <= amount, "corrections take back more than the row")
            self.count_coverable(pair, -int(row["amount"]))

    def exchange(self, leaf: Value, rows: Rows) -> None:
        """Two rows that meet in trading, at a rate near the one in the book, or with at least what the stewards asked."""
        need(len(rows) == 2, "an exchange has two rows")
        ends = [self.accounts[row[end]] for row in rows for end in ("debit", "credit")]
        meets = ends[1].stage == ends[2].stage == "trading" and len({end.fund for end in ends}) == 1
        need(meets and ends[0].commodity != ends[3].commodity, "its rows do not meet in trading, in one fund and two currencies")
        sold, bought = (self.opened["commodities"][end.commodity] for end in (ends[0], ends[3]))
        left, came = (Fraction(int(row["amount"]), 10 ** one["scale"]) for row, one in zip(rows, (sold, bought), strict=True))
        filed = self.filed.get(leaf.get("proposal"))
        least = filed.value.get("least_arrival") if filed and filed.approved else None
        rates = [one for one in self.rates[sold.get("code"), bought.get("code")] if one[0] <= leaf["date"]]
        fair = left * max(reversed(rates), key=lambda one: one[0])[1] if rates else Fraction(0)
        fits = int(rows[1]["amount"]) >= int(least) if least else abs(came - fair) <= fair * RATE_BAND
        need(fits, "it is not near a rate in the book, nor what the stewards asked at least")

    def batch(self, leaf: Value, rows: Rows) -> None:
        need(leaf["kind"] == "gift" and len(rows) == 1 and leaf["batch"]["n"] >= BATCH_MIN, "it is no batch of ten gifts or more")

    def act(self, leaf: Value, rows: Rows) -> None:
        """A break, and each policy but the first: the quorum approved exactly this payload."""
        filed = self.filed.get(leaf.get("proposal"))
        right = filed and filed.approved and filed.value.get("payload") == leaf.get("payload") and leaf["date"] <= filed.value["expiry"]
        need(right, f"no quorum of stewards approved exactly this {leaf['kind']}")

    def govern(self, leaf: Value, rows: Rows) -> None:
        """The first policy is signed by all its keys; each later one was approved by the quorum of the one before."""
        new, old = leaf["payload"], self.policy
        need(is_canonical(canonical(new).decode(), "policy"), "its payload is not a policy")
        stewards, keys = new["stewards"], new.get("keys", [])
        need(new["epoch"] == (old["epoch"] + 1 if old else 0), "its epoch is not the next")
        need(len(set(stewards)) == len(stewards) and 1 <= new["k"] <= len(stewards), "its quorum is not possible")
        if old:
            self.act(leaf, rows)
        need(keys or not self.keys, "a policy with keys cannot be followed by one without")
        self.policy, self.keys = new, {key_id(key["public"]): key for key in keys}
        owners = sorted((key["steward"], key["kind"]) for key in self.keys.values())
        fits = {kind for _, kind in owners} == {"passkey", "paper"} and len(owners) == len(keys)
        need(
            not keys or (fits and set(owners) == set(product(stewards, ("passkey", "paper")))),
            "not every steward has a passkey and a paper key",
        )
        said = digest({name: part for name, part in new.items() if name != "founding"})
        for one in new.get("founding", []):
            self.check_signed(one, b"awna/found/v1", said)
        need(old or {one["key"] for one in new.get("founding", [])} == self.keys.keys(), "the founding is not signed by all its keys")

    def check_signed(self, signed: Value, prefix: bytes, said: str, steward: str = "") -> None:
        key = self.keys.get(signed.get("key"))
        need(key and steward in ("", key["steward"]), f"the policy holds no such key of {steward or 'a steward'}")
        challenge = hashlib.sha256(prefix + bytes.fromhex(said + signed["nonce"])).digest()
        need(key and steward_signed(key, signed, challenge), f"the signature of {steward or 'a steward'} is wrong")
        self.signed += 1

    def decide(self, one: Value) -> None:
        filed, steward = self.filed.get(one["proposal"]), one["steward"]
        need(filed and one["digest"] == filed.digest, "a decision is about no proposal in the book, or another text")
        need(filed.epoch == self.policy["epoch"], "a decision is about a proposal under an older policy")
        need(steward in self.policy["stewards"], f"{steward} decides but is no steward")
        need(one["date"] <= filed.value["expiry"], "a decision came after the proposal had ended")
        need(steward not in filed.said, f"{steward} decides twice")
        if self.keys or "key" in one:
            self.check_signed(one, b"awna/approve/v1", filed.digest, steward)
        filed.said.add(steward)
        filed.approved = len(filed.said) >= self.policy["k"]

    def file(self, leaf: Value, payload: Value) -> None:
        value = payload.get("proposal", {})
        need(is_canonical(canonical(value).decode(), "proposal") and value["id"] == leaf.get("proposal"), "it is not a proposal of that id")
        need(value["id"] not in self.filed, "the proposal was filed before")
        need(value["book"] == self.policy["book"] and value["policy"] == digest(self.policy), "the proposal is for another book or policy")
        milestones = {(one["n"], one["commodity"]): one for one in value.get("milestones", ())}
        self.filed[value["id"]] = SimpleNamespace(
            value=value, digest=digest(value), epoch=self.policy["epoch"], milestones=milestones, said=set(), held=set(), charged=Counter(),
            allowed=Counter((row["debit"], row["credit"], row["amount"]) for row in value.get("rows", ())), approved=False, ended=False)  # fmt: skip

    def state(self, leaf: Value, said: Value) -> None:
        """A statement or numbered slip: the movements of a purse, or no more than a commitment to them."""
        custody = said.get("custody")
        known = is_canonical(canonical(said).decode(), "statement") and custody in self.opened["custodies"]
        need(known and self.opened["custodies"][custody]["type"] in PURSES, "it is no statement of a purse")
        moved = sum(int(one["amount"]) for one in said.get("movements", ()))
        before = said.get("opening", self.closings.get(custody))
        self.closings[custody] = int(said["closing"]) if "closing" in said else None if before is None else int(before) + moved
        self.sealed |= {custody} if "commitment" in said else set()
        need(said.get("number", self.slips[custody]) - self.slips[custody] in (0, 1), "a slip's number is not the next")
        self.slips[custody] = said.get("number", self.slips[custody])
        for one in said.get("movements", ()):
            movement = self.movements.setdefault(one["id"], [custody, None, 0])
            need(movement[:2] == [custody, None], "a movement is listed twice")
            movement[1] = int(one["amount"])
            need(is_within(movement), "a movement was used beyond what its statement says")

    def rate(self, leaf: Value, said: Value) -> None:
        need(is_canonical(canonical(said).decode(), "rate") and Fraction(said["rate"]), "it is no rate")
        self.rates[said["from"], said["to"]].append((said["date"], Fraction(said["rate"])))
        self.rates[said["to"], said["from"]].append((said["date"], 1 / Fraction(said["rate"])))

    def close(self, leaf: Value, rows: Rows) -> None:
        need(is_canonical(canonical(leaf["payload"]).decode(), "close"), "a close names the last day of its period")
        balances = {name: {stage: str(net) for stage, net in stages.items()} for name, stages in self.trial_balance().items()}
        need(leaf["payload"]["balances"] == digest(balances), "its trial balance is not that of the book")
        self.closed_through = leaf["payload"]["through"]

    def open(self, leaf: Value, opens: Value) -> None:
        for name, one in ((name, one) for name, new in opens.items() for one in new):
            need(one["id"] not in self.opened[name], f"{one['id']} is opened twice")
            self.opened[name][one["id"]] = one
        for holder in (leaf, *(one for new in opens.values() for one in new)):
            places = {(holder["id"], name): commitment for name, commitment in holder.get("private", {}).items()}
            need(not places.keys() & self.private.keys(), f"{holder['id']} has a private field twice")
            self.private.update(places)
        plain = {"custody": "", "proposal": "", "milestone": "", "net": 0, "coverable": 0, "covered": 0}
        for one in opens.get("accounts", ()):
            known = one["fund"] in self.opened["funds"] and one["commodity"] in self.opened["commodities"]
            need(known and one.get("custody", "") in {"", *self.opened["custodies"]}, f"account {one['id']} names what is not open")
            type_ = self.opened["custodies"][one["custody"]]["type"] if "custody" in one else ""
            need(type_ in CUSTODIES[one["stage"]], f"account {one['id']} cannot be in such a custody")
            self.accounts[one["id"]] = SimpleNamespace(**plain | one, type=type_)


def is_within(movement: list[Any]) -> bool:
    """A movement [custody, signed amount or unknown, used] is used in its direction, and no more than there is."""
    return movement[1] is None or min(movement[1], 0) <= movement[2] <= max(movement[1], 0)


Rule = Callable[[Book, Value, Value, Any], object]
NEEDS: dict[str, tuple[Rule, str]] = {
    "M": (Book.has_movement, "no bank line or slip stands behind it"),
    "P": (lambda book, leaf, row, pair: leaf.get("second", leaf["author"]) != leaf["author"], "no second person confirmed it"),
    "W": (lambda book, leaf, row, pair: "documents" in leaf, "its document is missing"),
    "L": (lambda book, leaf, row, pair: "lot" in row, "it names no gift that it returns"),
    "N": (lambda book, leaf, row, pair: "lot" not in row or pair.kind == "bank_forced", "it brings something new and names an old lot"),
    "F": (Book.is_held, ""), "V": (Book.resolves, "it resolves no hold, whole and once"), "E": (Book.has_evidence, "its evidence is missing"),
    **dict.fromkeys("QRT", (Book.is_approved, "no quorum of stewards approved it")),
    "allocate": (lambda book, leaf, row, pair: "lot" in row or pair.debit.fund != "unidentified", "it names no gift that it identifies"),
    "fee": (Book.is_within_charges, "the charges are above their cap, or not of the milestone of charges"),
    "void": (Book.frees, "it frees what belongs to another proposal"), "bank_forced": (Book.is_forced, "money is still free there"),
}  # fmt: skip
MEMOS: dict[str, Callable[[Book, Value, Value], None]] = {
    "proposal": Book.file,
    "statement": Book.state,
    "slip": Book.state,
    "rate": Book.rate,
}
WHOLE: dict[str, Callable[[Book, Value, Rows], None]] = {
    "policy": Book.govern, "close": Book.close, "break": Book.act, "reverse": Book.reverse, "correction": Book.correct, "fx": Book.exchange,
}  # fmt: skip


# ------------------------------------------------------------------------------------------------ the way of a gift: first in, first out


class Trace:
    """Each account queues (lot, amount); `hops` of a row are (lot, amount that arrived, amount that left, another lot was named)."""

    def __init__(self) -> None:
        self.queues, self.covers = defaultdict[str, deque[Any]](deque), defaultdict[str, deque[Any]](deque)
        self.hops: dict[Any, list[Any]] = {}
        self.undone = Counter[Any]()

    def follow(self, book: Book, leaf: Value) -> None:
        """Take in the rows of a leaf that is in the book; those of a reversal last to first, so that all lies as before."""
        for row in leaf.get("rows", ())[:: -1 if "reverses" in leaf else 1]:
            ref = (leaf["seq"], row["line"])
            old = tuple(row.get("corrects", ())) or ((leaf["reverses"], row["line"]) if "reverses" in leaf else None)
            pair, amount, covers = book.rows[ref]
            self.hops[ref] = self.undo(book, pair, amount, old) if old else self.move(pair, amount, covers, ref, tuple(row.get("lot", ())))

    def move(self, pair: Any, amount: int, covers: Value, ref: Any, named: Any) -> list[Any]:
        debit, stage, split = pair.debit, pair.debit.stage, False
        if stage == "ext":
            taken = pop(self.covers[covers["account"]], int(covers["amount"])) if covers else []
            taken, split = taken or [(ref if covers or not named else named, amount)], bool(taken)
        elif stage == "trading":
            taken, split = [(lot, left) for lot, _, left, _ in self.hops[ref[0], 1]], True
        elif stage == "short":
            taken = [(ref, amount)]
        elif pair.kind == "loss":
            had = list(self.queues[debit.id])
            shares = share_out(amount, [has for _, has in had])
            self.queues[debit.id] = deque((lot, has - part) for (lot, has), part in zip(had, shares, strict=True) if has > part)
            taken = [(lot, part) for (lot, _), part in zip(had, shares, strict=True) if part]
        else:
            taken = pop(self.queues[debit.id], amount, named) if named else []
            taken += pop(self.queues[debit.id], amount - sum(has for _, has in taken))
        parts = share_out(amount, [has for _, has in taken]) if split and taken else [has for _, has in taken]
        given = [(lot, part) for (lot, _), part in zip(taken, parts, strict=True)]
        self.give(pair.credit, given, back=False)
        if (pair.kind, stage) in (("order", "released"), ("pay", "released")):
            self.covers[pair.credit.id if pair.kind == "order" else debit.id].extend(taken)
        elif pair.kind == "void" and stage == "committed":
            for lot, has in taken:
                pop(self.covers[debit.id], has, lot)
        elif stage == "short":
            self.queues[debit.id].extend(taken)
        return [(lot, part, has, named not in ((), lot)) for (lot, has), part in zip(taken, parts, strict=True) if part or has]

    def undo(self, book: Book, pair: Any, amount: int, old: Any) -> list[Any]:
        """The slices that the old row moved go back, out of where they came to, to the head of where they came from."""
        first, whole, covers = book.rows[old]
        hops, before = self.hops[old], self.undone[old]
        self.undone[old] += amount
        returned = window([(lot, part) for lot, part, _, _ in hops], before, amount)
        if pair.debit.stage not in UNFLOORED:
            queue = self.queues[pair.debit.id]
            returned = [part for lot, has in returned for part in pop(queue, has, lot)]
            returned += pop(queue, amount - sum(has for _, has in returned))
        self.give(pair.credit, returned, back=True)
        if covers and pair.credit.stage == "ext" and hops and hops[0][0] != old:
            total = sum(left for _, _, left, _ in hops)
            start, end = total * before // whole, total * (before + amount) // whole
            freed = window([(lot, left) for lot, _, left, _ in hops], start, end - start)
            self.covers[covers["account"]].extendleft(reversed(freed))
        for lot, has in returned if first.kind == "pay" and pair.credit.stage == "released" else ():
            pop(self.covers[pair.credit.id], has, lot)
        return [(lot, has, has, False) for lot, has in returned]

    def give(self, account: Any, parts: list[Any], *, back: bool) -> None:
        queue, parts = self.queues[account.id], [part for part in parts if part[1]]
        if account.stage == "short":
            pop(queue, sum(has for _, has in parts))
        elif account.stage not in UNFLOORED:
            (queue.extendleft if back else queue.extend)(parts[:: -1 if back else 1])


def pop(queue: deque[Any], amount: int, lot: Any = None) -> list[Any]:
    """Take up to this amount from the head; only of one lot, if it is named."""
    taken, passed = [], []
    while amount > 0 and queue:
        owner, has = queue.popleft()
        part = min(has, amount) if lot in (None, owner) else 0
        amount -= part
        taken += [(owner, part)] if part else []
        passed += [(owner, has - part)] if has > part else []
    queue.extendleft(reversed(passed))
    return taken


def window(parts: list[Any], start: int, amount: int) -> list[Any]:
    """This much of the parts, after leaving out their first `start`."""
    rest = deque(parts)
    pop(rest, start)
    return pop(rest, amount)


def share_out(total: int, weights: list[int]) -> list[int]:
    """Split by weights; the largest remainders get what is left, the first of equals first."""
    whole = sum(weights) or 1
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    return [part + (n in order[: total - sum(parts)]) for n, part in enumerate(parts)]


# ---------------------------------------------------------------------------------------------------- the tree, its signatures, the files


def hash_of(prefix: bytes, *parts: bytes) -> bytes:
    return hashlib.sha256(prefix + b"".join(parts)).digest()


def tree_root(hashes: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    while len(hashes) > 1:
        pairs = [hash_of(b"\x01", hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0] if hashes else hash_of(b"")


def path_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which an inclusion proof of RFC 6962 leads."""
    last = size - 1
    for step in path:
        need(last, "its proof is too long")
        if index & 1 or index == last:
            leaf = hash_of(b"\x01", step, leaf)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = hash_of(b"\x01", leaf, step)
        index, last = index >> 1, last >> 1
    need(not last, "its proof is too short")
    return leaf


def read_key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    """`name+hash+base64` → name, key id, public key. Kind 1 signs checkpoints, kind 4 cosigns them."""
    name, _, rest = text.partition("+")
    said, _, encoded = rest.partition("+")
    raw = unbase64(encoded)
    wanted = hash_of(name.encode(), b"\n", raw).hex()[:8]
    right = len(raw) == 33 and raw[0] == kind and re.fullmatch(r"[^\s+]+", name) and said == wanted
    need(right, "header: a key has not the form name+hash+key, or a character of it was changed")
    return name, bytes.fromhex(said), raw[1:]


def read_note(note: str, log_key: str, witnesses: list[str]) -> tuple[int, bytes, list[str]]:
    """Size and root of a checkpoint that the log signed, and for each line below it the key that signed it, or nothing."""
    text, gap, tail = note.partition("\n\n")
    said, lines, signers = text.split("\n"), tail.split("\n"), []
    root, keys = unbase64(said[-1]), [(1, log_key), *((4, key) for key in witnesses)]
    right = gap and len(said) == 3 and re.fullmatch("0|[1-9][0-9]{0,14}", said[1]) and len(root) == 32 and not lines[-1]
    need(right and said[0] == read_key(log_key, 1)[0], "it is no checkpoint of this log: its name, its size and its root")
    for line in lines[:-1]:
        signers.append("")
        for kind, key in keys:
            name, said_id, public = read_key(key, kind)
            raw = unbase64(line.removeprefix(f"— {name} "))
            message, signature = f"{text}\n", raw[4:]
            if kind == 4:
                message, signature = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{message}", raw[12:]
            if line.startswith(f"— {name} ") and raw[:4] == said_id and ed25519_is_right(public, message.encode(), signature):
                signers[-1] = key
    need(log_key in signers, "it is not signed by the key of the log")
    return int(said[1]), root, signers


def check_quorum(policy: str, log_key: str, note: str) -> str:
    """A policy file (C2SP tlog-policy): the log's key stands in it, and its quorum of witnesses cosigned."""
    lines = [words for words in map(str.split, policy.splitlines()) if words and words[0][0] != "#"]
    names = {words[1]: words[2] for words in lines if words[0] == "witness"}
    groups = {words[1]: (words[2], words[3:]) for words in lines if words[0] == "group"}
    quorum = [words[1] for words in lines if words[0] == "quorum"]
    need(len(quorum) == 1 and all(words[0] in ("log", "witness", "group", "quorum") for words in lines), "policy: it is no policy of a log")
    need(log_key in [words[1] for words in lines if words[0] == "log"], "policy: the key of this log is not in it")
    signers = read_note(note, log_key, list(names.values()))[2]

    def met(name: str) -> bool:
        k, members = groups.get(name, ("1", ()))
        return names.get(name) in signers or sum(map(met, members)) >= {"any": 1, "all": len(members)}.get(k, int(k) if k.isdigit() else 99)

    need(quorum == ["none"] or met(quorum[0]), "policy: not enough of its witnesses cosigned the checkpoint")
    return f"Witnesses: {sum(key in signers for key in names.values())} of {len(names)} in the policy, the quorum {quorum[0]} is met."


def check_receipt(data: bytes, given: str | None, hashes: list[bytes] | None) -> list[str]:
    """A donor's file: this gift, under this receipt number, is in the signed log. With a dump, also in the dump."""
    value = parse(data, "receipt", "receipt")
    leaf_text, log_key, share = value["leaf"].encode(), given or value["log_key"], value.get("share")
    need(log_key == value["log_key"], "receipt: its log key is not the one given with --key, or that of the dump")
    need(parse(leaf_text + b"\n", "receipt", "leaf") == {}, "receipt: it holds no entry")
    head, _, note = value["proof"].partition("\n\n")
    lines, leaf, (seq, line) = head.split("\n"), json.loads(leaf_text), value["lot"]
    need(
        lines[0] == "c2sp.org/tlog-proof@v1" and lines[1] == f"index {seq}" and leaf["seq"] == seq, "receipt: its proof is of another entry"
    )
    try:
        size, root, _ = read_note(note, log_key, [])
        path, leaf_hash = [unbase64(text) for text in lines[2:]], hash_of(b"\x00", leaf_text)
        found = path_root(leaf_hash, seq, size, path) if seq < size else b""
    except Wrong as wrong:
        raise Wrong(f"receipt: {wrong}") from None
    need(found == root and all(len(step) == 32 for step in path), "receipt: its entry is not in the tree of its checkpoint")
    need(hashes is None or (seq < len(hashes) and hashes[seq] == leaf_hash), "receipt: its entry is not the one in the dump")
    need(hashes is None or size > len(hashes) or tree_root(hashes[:size]) == root, "receipt: its checkpoint is not one of the dump's log")
    row = leaf["rows"][line - 1]
    said = hmac.new(bytes.fromhex(value["key"]), value["receipt"].encode(), hashlib.sha256).digest()
    need(leaf["kind"] in ("gift", "gift_in_kind"), "receipt: its entry is no gift")
    if share is None:
        need(leaf["private"]["reference"] == said.hex(), "receipt: its key and number do not make the reference of the gift")
        return [f"Receipt {value['receipt']} is gift {seq}.{line} of {leaf['date']}: {row['amount']} minor units, whole."]
    total, node, width = int(share["amount"]), hash_of(b"\x10", said, int(share["amount"]).to_bytes(8, "big")), len(share["steps"])
    left = 0
    for height, step in enumerate(share["steps"]):
        pair = [(total, node), (int(step["sum"]), bytes.fromhex(step["hash"]))][:: -1 if share["index"] >> height & 1 else 1]
        left += int(step["sum"]) if share["index"] >> height & 1 else 0
        total, node = (
            total + int(step["sum"]),
            hash_of(b"\x11", *(part for one, hashed in pair for part in (one.to_bytes(8, "big"), hashed))),
        )
        need(total <= AMOUNT_MAX, "receipt: the sums of its share are impossible")
    right = width <= 32 and share["index"] < 1 << width and node.hex() == leaf["batch"]["shares"] and total == int(row["amount"])
    need(right, "receipt: the batch holds no such share")
    return [
        f"Receipt {value['receipt']} is a share of batch {seq}.{line} of {leaf['date']}: {share['amount']} of {row['amount']}, from {left} on."
    ]


def read_dump(file: BinaryIO) -> tuple[Value, dict[str, Rows], list[bytes]]:
    """The header, all that follows the leaves, and the hashes of the leaves; each line has its one form."""
    head = parse(file.readline(), "header", "header")
    entries, opened = head["counts"]["entries"], head["counts"]["openings"]
    parts: dict[str, Rows] = {"tile": [], "opening": [], "checkpoint": []}
    hashes = []
    for n in range(entries):
        line = file.readline()
        parse(line, f"entry {n}" if line else "header", "leaf")
        need(len(line) <= LEAF_BYTES_MAX + 1, f"entry {n}: it has more than {LEAF_BYTES_MAX} bytes")
        hashes.append(hash_of(b"\x00", line[:-1]))
    for name, count, first in (("tile", -(-entries // TILE_HASHES), 0), ("opening", opened, 1), ("checkpoint", 1, 0)):
        for n in range(count):
            line = file.readline()
            need(line, "header: its counts make more lines than the file has")
            parts[name].append(parse(line, name if name == "checkpoint" else f"{name} {n + first}", name))
    need(not file.readline(), "header: its counts make fewer lines than the file has")
    listed = b"".join(bytes.fromhex(tile["hashes"]) for tile in parts["tile"])
    whole = [tile["first"] for tile in parts["tile"]] == list(range(0, entries, TILE_HASHES)) and len(listed) == 32 * entries
    need(whole, "tile 0: the tiles do not list each entry once")
    try:
        size, root, signers = read_note(parts["checkpoint"][0]["note"], head["log_key"], head["witness_keys"])
    except Wrong as wrong:
        raise Wrong(str(wrong) if str(wrong).startswith("header") else f"checkpoint: {wrong}") from None
    need(size == entries, f"checkpoint: it is of {size} entries")
    check_tree(hashes, listed, root)
    need(
        sorted(signers) == sorted([head["log_key"], *head["witness_keys"]]), "checkpoint: a signature is wrong, or of no key in the header"
    )
    return head, parts, hashes


def check_tree(hashes: list[bytes], listed: bytes, root: bytes) -> None:
    changed = next((n for n, one in enumerate(hashes) if listed[32 * n : 32 * n + 32] != one), None)
    signed = tree_root(hashes) == root
    need(changed is None or not signed, f"tile {(changed or 0) // TILE_HASHES}: its hash of entry {changed} was changed")
    need(changed is None, f"entry {changed}: a byte was changed: it is not the entry in the signed tree")
    need(signed, "checkpoint: the entries are not the tree that it signs")


def replay(file: BinaryIO, entries: int, trace: Trace | None, clock: Counter[str]) -> Book:
    """Read the leaves once more, each against the book that those before it make."""
    book = Book()
    file.seek(0)
    file.readline()
    for first in range(0, entries, TILE_HASHES):
        start = time.perf_counter()
        leaves = [json.loads(file.readline()) for _ in range(first, min(first + TILE_HASHES, entries))]
        clock["parse"] += (parsed := time.perf_counter()) - start  # type: ignore[assignment]
        for seq, leaf in enumerate(leaves, first):
            try:
                book.take(leaf, seq)
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as wrong:
                why = str(wrong) if isinstance(wrong, Wrong) else f"it refers to what is not there: {wrong}"
                raise Wrong(f"entry {seq}: " + (f"row {book.line}: " if book.line else "") + why) from None
            if trace:
                trace.follow(book, leaf)
        clock["replay"] += time.perf_counter() - parsed  # type: ignore[assignment]
    return book


def verify(
    source: bytes | BinaryIO, key: str | None = None, *, policy: str = "", older: tuple[str, ...] = (), receipts: tuple[bytes, ...] = (),
    stewards: str = "", lot: str = "", timed: bool = False,
) -> list[str]:  # fmt: skip
    """Check a whole dump and what was given beside it; the lines of the summary, or Wrong."""
    file, clock, started = io.BytesIO(source) if isinstance(source, bytes) else source, Counter[str](), time.perf_counter()
    head, parts, hashes = read_dump(file)
    need(key in (None, head["log_key"]), "header: the log key is not the one given with --key")
    need(hashes, "header: a book has at least its founding")
    clock["tree"] = time.perf_counter() - started  # type: ignore[assignment]
    trace = Trace() if lot else None
    book = replay(file, len(hashes), trace, clock)
    same = all(head[name] == part for name, part in (("book", book.policy["book"]), ("origin", book.policy["origin"])))
    need(same, "header: book and origin are not those of the policy")
    check_openings(book, parts["opening"])
    lines = summary(book, head, hashes, key)
    for note in older:
        try:
            size, root, _ = read_note(note, head["log_key"], [])
        except Wrong as wrong:
            raise Wrong(f"older checkpoint: {wrong}") from None
        need(
            size <= len(hashes) and tree_root(hashes[:size]) == root, f"older checkpoint: its {size} entries are not the first of this book"
        )
        lines.append(f"Continues the older checkpoint of {size} entries.")
    lines += [check_quorum(policy, head["log_key"], parts["checkpoint"][0]["note"])] if policy else []
    lines += [line for data in receipts for line in check_receipt(data, head["log_key"], hashes)]
    lines.append(compare_stewards(book, stewards))
    lines += way_of(book, trace, lot) if trace else []
    if timed:
        lines += [f"Time: {name} {1e6 * spent / len(hashes):.1f} us an entry" for name, spent in clock.items()]
    return [*lines, NOTES]


def check_openings(book: Book, openings: Rows) -> None:
    places = [(one["of"], one["name"]) for one in openings]
    for n, one in enumerate(openings):
        made = hash_of(bytes.fromhex(one["salt"]), canonical([one["of"], one["name"], one["value"]])).hex()
        need(book.private.get(places[n]) == made, f"opening {n + 1}: it does not open the field {one['name']} of {one['of']}")
        need(n == 0 or places[n - 1] < places[n], f"opening {n + 1}: it is doubled or out of order")


def compare_stewards(book: Book, text: str) -> str:
    """Lines of role id and fingerprint, or its word code: exactly the keys of the policy in force."""
    if not book.keys:
        need(not text, "entry 0: the policy holds no keys, so there is nothing to compare with --stewards")
        return "The policy holds no keys, so decisions are names, not signatures."
    if not text:
        return f"{book.signed} signatures of stewards are right; the stewards' keys were taken from the book itself."
    given = {tuple(line.split()[:2]) for line in text.splitlines() if line.strip() and line[0] != "#"}
    held = {(key["steward"], fingerprint) for fingerprint, key in book.keys.items()}
    unknown = [steward for steward, name in sorted(held) if not {(steward, name), (steward, word_code(name))} & given]
    need(not unknown, f"policy: a key of {(*unknown, '')[0]} is not in the list of --stewards")
    need(len(given) == len(held), "policy: the list of --stewards has keys that the policy does not hold")
    return f"{book.signed} signatures of stewards are right; their keys are those of --stewards."


def amount_of(book: Book, commodity: str, minor: int) -> str:
    one = book.opened["commodities"][commodity]
    return f"{Decimal(minor).scaleb(-one['scale']):f} {one.get('code', commodity)}"


def way_of(book: Book, trace: Trace, lot: str) -> list[str]:
    """Each hop of one gift."""
    seq, _, line = lot.partition(".")
    found = (int(seq), int(line)) if seq.isdigit() and line.isdigit() else (-1, 0)
    need(found in book.rows and book.rows[found][0].debit.stage == "ext", f"--trace: {lot} brought nothing")
    lines = [f"The way of gift {lot}:"]
    for (entry, row), hops in trace.hops.items():
        debit, credit = book.rows[entry, row][0].debit, book.rows[entry, row][0].credit
        for _, amount, left, other in (hop for hop in hops if hop[0] == found):
            taken = "" if (left, debit.commodity) == (amount, credit.commodity) else f" for {left} minor units"
            place = " → ".join(" ".join(filter(None, (end.stage, end.custody))) for end in (debit, credit))
            lines.append(
                f"  entry {entry} row {row}: {amount_of(book, credit.commodity, amount)}, {place}{taken}{', substituted' if other else ''}"
            )
    return lines


def summary(book: Book, head: Value, hashes: list[bytes], key: str | None) -> list[str]:
    lines = [f"The book {head['book']} holds: {book.size} entries, every rule kept."]
    for name, stages in sorted(book.trial_balance().items()):
        nets = ", ".join(f"{stage} {amount_of(book, name, net)}" for stage, net in sorted(stages.items()))
        lines.append(f"{nets}; all together {amount_of(book, name, sum(stages.values()))}")
    for custody, closing in sorted(book.closings.items()):
        inside = sum(one.net for one in book.accounts.values() if one.custody == custody and one.stage in BALANCE_STAGES)
        waiting = sum((amount or used) - used for place, amount, used in book.movements.values() if place == custody)
        if closing is None or custody in book.sealed:
            lines.append(f"Custody {custody}: its statements say no closing balance here.")
        else:
            said = (
                "equals the bank"
                if inside == closing - waiting
                else f"differs: the last statement less unbooked lines says {closing - waiting}"
            )
            lines.append(f"Custody {custody}: the book says {inside} minor units and {said}.")
    unlisted = sum(amount is None for _, amount, _ in book.movements.values())
    witnessed = f"independently witnessed ({len(head['witness_keys'])})" if head["witness_keys"] else "signed log"
    return [
        *lines, f"Movements: {len(book.movements)}, {unlisted} of them in no statement of the book.",
        f"Head: {book.size} {tree_root(hashes).hex()}",
        f"Log: {head['origin']}, {witnessed}. " + ("Log key given." if key else "Log key taken from the file."),
        f"Openings: {head['counts']['openings']} of {len(book.private)} private fields, all true.",
        f"Policy: {book.policy['k']} of {len(book.policy['stewards'])} stewards, epoch {book.policy['epoch']}.",
    ]  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="awna-verify", description="Check a dumped book offline.")
    parser.add_argument("file", type=Path, nargs="?", help="what `awna dumpbook` wrote")
    parser.add_argument("--key", help="the log key, name+hash+key, from a source that you trust")
    parser.add_argument("--policy", type=Path, help="the log's policy file: key, witnesses, quorum")
    parser.add_argument("--stewards", type=Path, help="a file with one line for each key: steward, fingerprint or its word code")
    parser.add_argument("--older", type=Path, action="append", default=[], help="a checkpoint kept from earlier (can be repeated)")
    parser.add_argument(
        "--receipt", type=Path, action="append", default=[], help="a donor's file, with or without a dump (can be repeated)"
    )
    parser.add_argument("--trace", default="", metavar="SEQ.LINE", help="print the way of this gift")
    parser.add_argument("--time", action="store_true", help="say how long it took")
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    parser.add_argument("--version", action="version", version=f"awna-verify, SHA-256 {own}")
    asked = parser.parse_args(argv)
    if not asked.file and not asked.receipt:
        parser.error("name a dump, or a donor's file with --receipt")
    with contextlib.ExitStack() as stack:
        try:
            receipts = tuple(path.read_bytes() for path in asked.receipt)
            policy, stewards, *older = (
                path.read_bytes().decode("utf-8", "replace") if path else "" for path in (asked.policy, asked.stewards, *asked.older)
            )
            file = stack.enter_context(asked.file.open("rb")) if asked.file else None
        except OSError as error:
            print(f"{error.filename}: {error.strerror}", file=sys.stderr)
            return MISUSED
        try:
            if file:
                lines = verify(
                    file,
                    asked.key,
                    policy=policy,
                    older=tuple(older),
                    receipts=receipts,
                    stewards=stewards,
                    lot=asked.trace,
                    timed=asked.time,
                )
            else:
                lines = [line for data in receipts for line in check_receipt(data, asked.key, None)]
                lines.append("Log key given." if asked.key else "Log key taken from the file.")
            print("\n".join(lines).encode("ascii", "backslashreplace").decode())
        except Wrong as wrong:
            print(f"Refused. {wrong}.".encode("ascii", "backslashreplace").decode(), file=sys.stderr)
            return REFUSED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
