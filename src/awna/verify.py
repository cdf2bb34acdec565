"""`awna-verify FILE`: check a dumped book offline, with nothing but this file and Python. docs/book-format.md is what it checks."""

import argparse
import base64
import hashlib
import hmac
import io
import json
import re
import sys
import time
from collections import Counter, defaultdict, deque
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

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
PURSES, BALANCE_STAGES = ("bank", "provider", "cash"), ("free", "held", "released", "committed", "short")
CUSTODIES: dict[str, tuple[str, ...]] = dict.fromkeys(("ext", "lost", "trading"), ("",)) | dict.fromkeys(BALANCE_STAGES, PURSES)
CUSTODIES |= {"advance": ("payee",), "stock": ("place",), "transit": ("consignment", "remittance"), "issued": ("task",)}
UNFLOORED, WITHOUT_ROWS = ("ext", "lost", "trading", "short"), ("memo", "close", "policy", "break")
NOT_REVERSIBLE = ("open", "release", "order", "void", "reclass", "reverse", "correction")
NOT_CORRECTABLE = ("hold", *NOT_REVERSIBLE[1:])
Value = dict[str, Any]  # a parsed line, or an object in it


class Wrong(ValueError):
    """What is wrong, with the entry or part in front."""


def need(fact: object, why: str) -> None:
    if not fact:
        raise Wrong(why)


def build_table() -> dict[tuple[str, ...], tuple[frozenset[str], str, str, bool]]:
    """(kind, debit stage, its custody type, credit stage, its custody type, commodity) → (needs, custody, movement end, fund may change)."""
    table: dict[tuple[str, ...], tuple[frozenset[str], str, str, bool]] = {}
    for kind, debit, credit, goods, needs, custody, *extra in (line.split() for line in re.split(r"[|\n]", TABLE) if line.strip()):
        types = {word[0]: tuple(word[2:].split(",")) for word in extra if word[1:2] == ":"}
        end, funds = "debit" if "+d" in extra else "credit" if "+c" in extra else "", "f" in extra
        for dtype, ctype, thing in product(types.get("d", CUSTODIES[debit]), types.get("c", CUSTODIES[credit]), COMMODITIES[goods]):
            stage, purse = (debit, dtype) if end == "debit" else (credit, ctype)
            slip = "P" if end and stage in BALANCE_STAGES and purse == "cash" else ""
            table[kind, debit, dtype, credit, ctype, thing] = (frozenset(needs.strip("-") + slip), custody, end, funds)
            # Undoing changes the balance of the end that the row changed: a movement at a bank, a quorum for cash, else a second person.
            side = "" if custody == "=" else "debit" if credit in BALANCE_STAGES else "credit" if debit in BALANCE_STAGES else ""
            wants = {"bank": "M", "provider": "M", "cash": "Q"}.get({"debit": ctype, "credit": dtype}.get(side, ""), "P")
            for undo, more, barred in (("reverse", "", NOT_REVERSIBLE), ("correction", "Q" * (debit == "ext"), NOT_CORRECTABLE)):
                if kind not in barred:
                    terms = (frozenset(wants + more), custody, side, funds) if wants == "M" else (frozenset(wants), custody, "", funds)
                    table[undo, credit, ctype, debit, dtype, thing] = terms
    return table


RULES = build_table()
KINDS = {key[0] for key in RULES} | set(WITHOUT_ROWS)

# ------------------------------------------------- shapes: name, then key:shape; ? = may be missing, [x] = list of x and not empty, =x = the text x
# Canonical JSON has one byte form, so a shape is one regular expression over the whole line: no key more, less, twice or out of order.
SHAPES_TEXT = """
header type:=header v:1 book:word origin:word log_key:word counts:counts witness_keys:words ?key_history:[past] | counts entries:int openings:int |
past entry:int key:word note:text | tile type:=tile first:int hashes:hashes | checkpoint type:=checkpoint note:text | seen size:int root:digest | step hash:digest sum:sum |
opening type:=opening v:1 of:id name:word salt:digest value:text | share index:int amount:amount steps:[step] |
receipt type:=receipt v:1 receipt:word key:digest book:word log_key:word lot:ref leaf:text proof:text ?share:share |
fund id:id ?parent:id ?private:private | custody id:id type:word ?settles_to:id ?private:private |
commodity id:id kind:thing scale:scale ?code:word ?private:private | exact debit:id credit:id amount:amount |
account id:id stage:stage fund:id commodity:id ?custody:id ?proposal:id ?milestone:word ?private:private |
opens ?commodities:[commodity] ?funds:[fund] ?custodies:[custody] ?accounts:[account] | document kind:word digest:digest |
decision steward:id proposal:id digest:digest date:date ?key:digest ?nonce:digest ?signature:base64 ?auth:base64 ?client:base64 |
signed key:digest nonce:digest signature:base64 ?auth:base64 ?client:base64 | covers account:id amount:amount |
key alg:word kind:word steward:id public:base64 ?rp:word ?site:word | batch n:int movements:digest shares:digest |
policy about:=policy book:word origin:word epoch:int k:int stewards:[id] ?keys:[key] ?founding:[signed] |
milestone n:word custody:id fund:id commodity:id ceiling:amount ?evidence:[word] ?earliest:date | moved id:id amount:delta |
proposal v:1 book:word id:id purpose:word policy:digest expiry:date nonce:word ?payee:digest ?target:id ?milestones:[milestone]
  ?rows:[exact] ?documents:[word] ?seen:seen ?least_arrival:amount |
statement about:word custody:id ?commodity:id ?number:int ?opening:delta ?closing:delta ?movements:[moved] ?commitment:digest |
break about:=break ?origin:word ?lost:seen ?adopted:seen | log_key about:=log_key key:word replaces:word |
rate about:=rate from:word to:word rate:decimal date:date source:word | close about:=close through:date balances:digest |
row line:int debit:id credit:id amount:amount ?movement:id ?lot:ref ?resolves:ref ?corrects:ref ?covers:covers |
leaf v:1 seq:int id:id kind:kind date:date author:id ?second:id ?proposal:id ?reverses:int ?rows:[row] ?opens:opens ?private:private
  ?documents:[document] ?decisions:[decision] ?batch:batch
"""
PATTERNS = {
    "id": r'"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}"', "word": r'"(?:[^"\\\x00-\x1f]|\\["\\]){1,200}"', "digest": r'"[0-9a-f]{64}"', "1": "1",
    "text": r'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7bef]|1[0-9a-f]))*"', "hashes": r'"(?:[0-9a-f]{64}){1,256}"',
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
    if name[0] in "[=":
        return rf"\[{pattern(name[1:-1])}(?:,{pattern(name[1:-1])})*\]" if name[0] == "[" else f'"{name[1:]}"'
    fields = sorted((*word.strip("?").split(":"), word[0]) for word in SHAPES.get(name, ()))
    parts = (rf'(?:"{key}":{pattern(shape)}(?:,(?=")|(?=\}})))' + "?" * (mark == "?") for key, shape, mark in fields)
    return PATTERNS.get(name) or rf"\{{(?!\}}){''.join(parts)}\}}"


MATCHES = {name: re.compile(pattern(name)).fullmatch for name in SHAPES}


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def is_canonical(text: str, shape: str) -> bool:
    """Whether this is the one form of a value of this shape. What a payload says is free; the order of private fields is in no pattern."""
    if '"payload":' not in text and '"private":' not in text:
        return bool(MATCHES[shape](text))
    with suppress(ValueError, TypeError, RecursionError):
        value = json.loads(text, parse_float=str.encode, parse_constant=str.encode)  # bytes, which canonical() cannot write
        if canonical(value) == text and canonical(value).encode():
            payload = value.pop("payload", {"": ""}) if shape in ("leaf", "proposal") else {"": ""}
            return isinstance(payload, dict) and payload != {} and bool(MATCHES[shape](canonical(value)))
    return False


def parse(line: bytes, where: str, shape: str) -> Value:
    """The value of one line that stands in its one form."""
    text = line.decode("utf-8", "replace")
    right = text[-1:] == "\n" and text.encode() == line and is_canonical(text[:-1], shape)
    need(right, f"{where}: a byte was changed: it is no canonical {shape}")
    return {} if shape == "leaf" else dict(json.loads(text))


def unbase64(text: str) -> bytes:
    """The bytes of base64 in its one exact form, else none."""
    with suppress(ValueError):
        raw = base64.b64decode(text, validate=True)
        return raw if base64.b64encode(raw).decode() == text else b""
    return b""


# ---------------------------------------------------------------- signatures: Ed25519 (RFC 8032) and ECDSA on P-256, with whole numbers only
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Q, Q_ORDER = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Q_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
Q_X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
Q_Y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
Point = tuple[int, int] | None  # None is the neutral point


def add(a: Point, b: Point, curve: int) -> Point:
    """The sum of two points of Ed25519 or, by chord or tangent, of P-256."""
    if a is None or b is None or (curve == Q and a[0] == b[0] and (a[1] + b[1]) % Q == 0):
        return None if a and b else a or b
    (x, y), (u, v) = a, b
    if curve == P:
        t = D * x * u * y * v % P
        inverse = pow(1 - t * t, -1, P)
        return (x * v + u * y) * (1 - t) * inverse % P, (y * v + x * u) * (1 + t) * inverse % P
    slope = 3 * (x * x - 1) * pow(2 * y, -1, Q) if a == b else (v - y) * pow(u - x, -1, Q)
    w = (slope * slope - x - u) % Q
    return w, (slope * (x - w) - y) % Q


def times(scalar: int, point: Point, curve: int) -> Point:
    result: Point = None
    while scalar:
        result = add(result, point, curve) if scalar & 1 else result
        point, scalar = add(point, point, curve), scalar >> 1
    return result


def ed_point(data: bytes) -> Point:
    """The curve point of 32 bytes in their one exact form."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    right = len(data) == 32 and y < P and (x * x - square) % P == 0 and (x or not sign)
    return ((P - x if x & 1 != sign else x), y) if right else None


def ed25519_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    key, commitment, scalar = ed_point(public), ed_point(signature[:32]), int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base = ed_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    known = key and commitment and len(signature) == 64 and scalar < ORDER
    return bool(known) and (times(scalar, base, P) or (0, 1)) == add(commitment, times(challenge, key, P), P)


def es256_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    """ECDSA with SHA-256; the key is 04 x y, the signature DER, each in its one exact form."""
    x, y, end = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big"), 4 + (*signature[3:4], 0)[0]
    r, s = int.from_bytes(signature[4:end], "big"), int.from_bytes(signature[end + 2 :], "big")
    der = b"".join(bytes([2, n.bit_length() // 8 + 1]) + n.to_bytes(n.bit_length() // 8 + 1, "big") for n in (r, s))
    known = len(public) == 65 and public[0] == 4 and max(x, y) < Q and (y * y - x * x * x + 3 * x - Q_B) % Q == 0
    if not known or len(signature) > 72 or signature != bytes([48, len(der)]) + der or not (0 < r < Q_ORDER and 0 < s < Q_ORDER):
        return False
    inverse, hashed = pow(s, -1, Q_ORDER), int.from_bytes(hashlib.sha256(message).digest(), "big")
    found = add(times(hashed * inverse % Q_ORDER, (Q_X, Q_Y), Q), times(r * inverse % Q_ORDER, (x, y), Q), Q)
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


def word_code(fingerprint: str) -> str:
    """The first six bytes of a fingerprint in words, to compare on paper or on the telephone."""
    starts, ends = (re.findall("..", text) for text in ("badafagahakalamanaparasatawayaza", "bodifugohikulominuporisutowiyuzo"))
    return "-".join(starts[byte >> 4] + ends[byte & 15] for byte in bytes.fromhex(fingerprint)[:6])


NOWHERE = (SimpleNamespace(kind="", debit=SimpleNamespace(stage="")), 0, None)


class Book:
    """The book after some entries. A rule of a row is a method that says whether the row may stand, or raises what is wrong."""

    def __init__(self) -> None:
        self.opened: dict[str, Value] = {"commodities": {}, "funds": {}, "custodies": {}, "accounts": {}}
        self.ids, self.sealed, self.resolved, self.undone = (set[Any]() for _ in range(4))
        self.policy, self.keys, self.accounts, self.pairs, self.rows, self.private = (dict[Any, Any]() for _ in range(6))
        self.filed: Any = {}
        self.movements, self.closings, self.new_keys, self.breaks = (dict[Any, Any]() for _ in range(4))
        self.corrected, self.slips, self.rates = Counter[Any](), Counter[Any](), defaultdict[Any, list[Any]](list)
        self.size, self.signed, self.line, self.closed_through = 0, 0, 0, ""

    def trial_balance(self) -> dict[str, Counter[str]]:
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for account in {end.id: end for pair in self.pairs.values() for end in (pair.debit, pair.credit)}.values():
            sums[account.commodity][account.stage] += account.net
        return sums

    def take(self, leaf: Value) -> None:
        """Check one leaf against the book so far and take it in."""
        kind, rows, payload, self.line = leaf["kind"], leaf.get("rows", ()), leaf.get("payload", {}), 0
        need(leaf["seq"] == self.size, "its number is not its place")
        need(leaf["id"] not in self.ids, "its id was used before")
        need(bool(rows) != (kind in WITHOUT_ROWS), "its kind has no rows, or needs some")
        need(leaf["date"] > self.closed_through, "it is dated inside a period that was closed")
        need(self.size or kind == "policy", "entry 0 must be the founding policy")
        need(("reverses" in leaf) == (kind == "reverse"), "reversing and naming an entry to reverse go together")
        self.ids.add(leaf["id"])
        if "opens" in leaf or "private" in leaf:
            self.open(leaf, leaf.get("opens", {}))
        if kind == "memo" and payload.get("about") in MEMOS:
            MEMOS[payload["about"]](self, leaf, payload)
        for one in leaf.get("decisions", ()):
            self.decide(one)
        if kind in WHOLE or "batch" in leaf:
            WHOLE.get(kind, Book.batch)(self, leaf, rows)
        for account in [account for row in rows for account in self.move(leaf, row, kind)]:
            if account.net < 0 and account.stage not in UNFLOORED:
                raise Wrong(f"account {account.id} falls below zero")
            need(account.stage != "short" or account.net <= 0, "a shortfall rises above zero")
            need(account.covered <= account.coverable, "receipts cover more than was committed or paid")
        self.size += 1

    def move(self, leaf: Value, row: Value, kind: str) -> list[Any]:
        """One row: its pair of stages and what that needs; then it moves. The accounts whose limits it may have crossed."""
        self.line += 1
        need(row["line"] == self.line, "its rows are not numbered from 1")
        pair = self.pairs.get((kind, row["debit"], row["credit"])) or self.pair(kind, row["debit"], row["credit"])
        for rule, why in pair.needs:
            need(rule(self, leaf, row, pair), why)
        if len(row) > 4:
            need("resolves" not in row or "V" in pair.letters, "it resolves a hold, which its kind cannot")
            need(("corrects" in row) == (kind == "correction"), "correcting and naming the row go together")
            lot = self.rows.get(tuple(row["lot"]), NOWHERE)[0] if "lot" in row else None
            need(lot is None or lot.debit.stage == "ext", "its lot is no row that brought something")
        amount, debit, credit, covers = int(row["amount"]), pair.debit, pair.credit, row.get("covers")
        self.rows[leaf["seq"], self.line] = (pair, amount, covers)
        debit.net -= amount
        credit.net += amount
        if pair.covering:
            self.count_coverable(pair, amount)
        if covers:
            self.accounts[covers["account"]].covered += int(covers["amount"])
        return [debit, credit, self.accounts[covers["account"]]] if covers else [debit, credit]

    def pair(self, kind: str, debit_id: str, credit_id: str) -> Any:
        """What holds for every row of this kind between two accounts, found once."""
        need(debit_id in self.accounts and credit_id in self.accounts, "it names an account that is not open")
        debit, credit, fund = self.accounts[debit_id], self.accounts[credit_id], self.accounts[credit_id].fund
        need(debit is not credit and debit.commodity == credit.commodity, "its accounts are one, or hold two commodities")
        thing = self.opened["commodities"][debit.commodity]["kind"]
        terms = RULES.get((kind, debit.stage, debit.type, credit.stage, credit.type, thing), (frozenset[str](), "", "", False))
        letters, custody, end, fund_may_change = terms
        need(custody, f"{kind} may not go from {debit.stage} to {credit.stage}")
        need(fund_may_change or debit.fund == fund, "the fund may not change")
        need(custody == "." or (debit.custody == credit.custody) == (custody == "="), "the custody is wrong")
        for _ in self.opened["funds"] if kind == "allocate" else ():
            fund = self.opened["funds"].get(fund, {}).get("parent") if fund != debit.fund else fund
        need(kind != "allocate" or debit.fund in ("unidentified", fund), "the fund may only become narrower")
        needs = [NEEDS[one] for one in sorted(letters | ({kind} & NEEDS.keys()))]
        place = {"debit": debit.custody, "credit": credit.custody, "": ""}[end]
        self.pairs[kind, debit_id, credit_id] = pair = SimpleNamespace(
            kind=kind, debit=debit, credit=credit, letters=letters, needs=needs, place=place, sign=1 if end == "credit" else -1,
            carried={debit.proposal, credit.proposal} - {""}, covering=kind in ("order", "pay", "void"))  # fmt: skip
        return pair

    def has_movement(self, leaf: Value, row: Value, pair: Any) -> bool:
        """The bank's line or slip lies in this custody, has this direction, and is not used beyond its amount; undoing may free it."""
        if "batch" in leaf or "movement" not in row:
            return "batch" in leaf and "movement" not in row
        listed = pair.place not in self.closings or pair.place in self.sealed or row["movement"] in self.movements
        need(listed, "no statement or slip in the book lists its movement")
        movement = self.movements.setdefault(row["movement"], [pair.place, None, 0])
        need(movement[0] == pair.place, "its movement belongs to another custody")
        need(pair.kind in ("reverse", "correction") or pair.sign * (movement[1] or pair.sign) > 0, "its movement goes the other way")
        movement[2] += pair.sign * int(row["amount"])
        need(is_within(movement), "its movement is used beyond its amount")
        return True

    def is_held(self, leaf: Value, row: Value, pair: Any) -> bool:
        filed, credit = self.filed.get(leaf.get("proposal", "")), pair.credit
        need(filed and pair.carried == {leaf["proposal"]}, "no such proposal was filed for it")
        place = (credit.milestone, credit.commodity)
        milestone = filed.milestones.get(place, {})
        need(leaf["date"] <= filed.value["expiry"] and not filed.ended, "its proposal had ended")
        need(credit.fund != "unidentified", "money that belongs to no known purpose cannot be held")
        fits = all(milestone.get(name) == getattr(credit, name) for name in ("custody", "fund", "commodity"))
        need(fits and milestone["ceiling"] == row["amount"], "it is not the milestone's ceiling, custody and fund")
        need(place not in filed.held, "the milestone is held already")
        filed.held.add(place)
        return True

    def resolves(self, leaf: Value, row: Value, pair: Any) -> Any:
        ref = tuple(row.get("resolves", ()))
        old, amount, _ = self.rows.get(ref, NOWHERE)
        fits = old.kind == "hold" and old.credit is pair.debit and amount == int(row["amount"]) and ref not in self.resolved
        self.resolved.add(ref)
        return fits and ref[0] not in self.undone

    def is_approved(self, leaf: Value, row: Value, pair: Any) -> bool:
        """The quorum said yes to this proposal (Q: to exactly this row); its accounts or its target are the proposal's."""
        if "T" in pair.letters and pair.credit.custody == self.opened["custodies"][pair.debit.custody].get("settles_to"):
            return True
        filed, exact = self.filed.get(leaf.get("proposal", "")), (row["debit"], row["credit"], row["amount"])
        if filed is None or not filed.approved:
            return False
        own = pair.carried <= {leaf["proposal"]} or ("Q" in pair.letters and pair.kind != "release")
        need(own and (pair.carried or "R" not in pair.letters), "its accounts belong to another proposal")
        need("T" not in pair.letters or filed.value.get("target") == pair.credit.custody, "it arrives elsewhere than the proposal says")
        need("Q" not in pair.letters or leaf["date"] <= filed.value["expiry"], "its proposal had ended")
        need(not filed.ended or pair.kind not in ("release", "order"), "its proposal was ended by a void")
        filed.allowed[exact] -= 1 if "Q" in pair.letters and pair.kind != "release" else 0
        need(filed.allowed[exact] >= 0, "the stewards did not approve this row, or it was posted before")
        return True

    def has_evidence(self, leaf: Value, row: Value, pair: Any) -> bool:
        milestone = self.filed[leaf["proposal"]].milestones.get((pair.debit.milestone, pair.debit.commodity), {})
        need(leaf["date"] >= milestone.get("earliest", ""), "it is before the milestone's earliest date")
        return {one["kind"] for one in leaf.get("documents", ())} >= set(milestone.get("evidence", ()))

    def is_within_charges(self, leaf: Value, row: Value, pair: Any) -> Any:
        filed, debit = self.filed[leaf["proposal"]], pair.debit
        filed.charged[debit.commodity] += int(row["amount"]) if debit.stage == "transit" else 0
        cap = filed.milestones.get(("charges", debit.commodity), {"ceiling": "0"})["ceiling"]
        return debit.milestone == "charges" if debit.stage == "released" else filed.charged[debit.commodity] <= int(cap)

    def frees(self, leaf: Value, row: Value, pair: Any) -> Any:
        """Freeing what was held or released for a proposal ends it."""
        if pair.carried and pair.credit.stage == "free":
            self.filed[pair.debit.proposal].ended = True
        return pair.carried <= {leaf.get("proposal")}

    def is_forced(self, leaf: Value, row: Value, pair: Any) -> bool:
        place = ("free", pair.debit.custody, pair.debit.fund, pair.debit.commodity)
        free = (one.net for one in self.accounts.values() if (one.stage, one.custody, one.fund, one.commodity) == place)
        return pair.debit.stage != "short" or not any(free)

    def count_coverable(self, pair: Any, amount: int) -> None:
        """Receipts may cover what was ordered, paid without an order, or given in advance, less what was freed again."""
        debit, credit, kind = pair.debit, pair.credit, pair.kind
        credit.coverable += amount if (kind, credit.stage) in (("order", "committed"), ("pay", "advance")) else 0
        debit.coverable += amount if (kind, debit.stage) == ("pay", "released") else 0
        debit.coverable -= amount if kind == "void" and debit.stage in ("committed", "advance") else 0

    def reverse(self, leaf: Value, rows: list[Value]) -> None:
        seq, refs = leaf["reverses"], [(leaf["reverses"], line) for line in range(1, len(rows) + 1)]
        old = [self.rows[ref] for ref in refs if ref in self.rows]
        swapped = [(pair.credit.id, pair.debit.id, str(amount)) for pair, amount, _ in old]
        right = [(row["debit"], row["credit"], row["amount"]) for row in rows] == swapped and (seq, len(rows) + 1) not in self.rows
        need(right, "its rows are not those of the entry, swapped")
        need(old[0][0].kind not in NOT_REVERSIBLE and seq not in self.undone, "it reverses what cannot be reversed, or was reversed before")
        need(not any(self.corrected[ref] or ref in self.resolved for ref in refs), "it was corrected or resolved before")
        self.undone.add(seq)
        for pair, amount, covers in old:
            self.count_coverable(pair, -amount)
            if pair.kind == "hold":
                self.filed[pair.credit.proposal].held.discard((pair.credit.milestone, pair.credit.commodity))
            if covers:
                self.accounts[covers["account"]].covered -= int(covers["amount"])

    def correct(self, leaf: Value, rows: list[Value]) -> None:
        for row in rows:
            ref = tuple(row.get("corrects", ()))
            need(ref in self.rows, "it corrects a row that is not there")
            pair, amount, _ = self.rows[ref]
            need((pair.debit.id, pair.credit.id) == (row["credit"], row["debit"]), "it corrects a row that is not its own, swapped")
            need(pair.kind not in NOT_CORRECTABLE and ref[0] not in self.undone, "it corrects what cannot be corrected")
            self.corrected[ref] += int(row["amount"])
            need(self.corrected[ref] <= amount, "corrections take back more than the row")
            self.count_coverable(pair, -int(row["amount"]))

    def exchange(self, leaf: Value, rows: list[Value]) -> None:
        """Two rows that meet in trading, at a rate near the one in the book, or with at least what the stewards asked."""
        need(len(rows) == 2, "an exchange has two rows")
        ends = [self.accounts[row[end]] for row in rows for end in ("debit", "credit")]
        meets = ends[1].stage == ends[2].stage == "trading" and len({end.fund for end in ends}) == 1
        need(meets and ends[0].commodity != ends[3].commodity, "its rows do not meet in trading, in one fund and two currencies")
        sold, bought = (self.opened["commodities"][end.commodity] for end in (ends[0], ends[3]))
        left, came = (Fraction(int(row["amount"]), 10 ** one["scale"]) for row, one in zip(rows, (sold, bought), strict=True))
        filed = self.filed.get(leaf.get("proposal", ""))
        said = filed.value if filed and filed.approved else {}
        least, aims = said.get("least_arrival"), (said.get("target"), self.opened["custodies"].get(ends[0].custody, {}).get("settles_to"))
        right = (ends[0].stage, ends[3].stage) != ("transit", "free") or ends[3].custody in aims
        need(right, "it arrives elsewhere than the proposal says")
        rates = [one for one in self.rates[sold.get("code"), bought.get("code")] if one[0] <= leaf["date"]]
        fair = left * max(reversed(rates), key=lambda one: one[0])[1] if rates else Fraction(0)
        fits = int(rows[1]["amount"]) >= int(least) if least else abs(came - fair) <= fair * RATE_BAND
        need(fits, "it is not near a rate in the book, nor what the stewards asked at least")

    def batch(self, leaf: Value, rows: list[Value]) -> None:
        need(leaf["kind"] == "gift" and len(rows) == 1 and leaf["batch"]["n"] >= BATCH_MIN, "it is no batch of ten gifts or more")

    def act(self, leaf: Value, rows: list[Value]) -> None:
        """A break, and each policy but the first: the quorum approved exactly this payload."""
        filed = self.filed.get(leaf.get("proposal", ""))
        right = filed and filed.approved and filed.value.get("payload") == leaf.get("payload") and leaf["date"] <= filed.value["expiry"]
        need(right, f"no quorum of stewards approved exactly this {leaf['kind']}")
        need(leaf["kind"] == "policy" or is_canonical(canonical(leaf["payload"]), "break"), "its payload is not a break")
        self.breaks |= {self.size: leaf["payload"]} if leaf["kind"] == "break" else {}

    def govern(self, leaf: Value, rows: list[Value]) -> None:
        """The first policy is signed by all its keys; each later one was approved by the quorum of the one before."""
        new, old = leaf["payload"], self.policy
        need(is_canonical(canonical(new), "policy"), "its payload is not a policy")
        stewards, keys, founding = new["stewards"], new.get("keys", []), new.get("founding", [])
        need(new["epoch"] == (old["epoch"] + 1 if old else 0), "its epoch is not the next")
        need(len(set(stewards)) == len(stewards) and 1 <= new["k"] <= len(stewards), "its quorum is not possible")
        if old:
            self.act(leaf, rows)
        need(keys or not self.keys, "a policy with keys cannot be followed by one without")
        self.policy, self.keys = new, {hashlib.sha256(unbase64(key["public"])).hexdigest(): key for key in keys}
        owned = sorted((key["steward"], key["kind"], key["alg"], "rp" in key and "site" in key) for key in self.keys.values())
        kinds = (("paper", "ed25519", False), ("passkey", "es256", True))
        fits = len(owned) == len(keys) and set(owned) == {(one, *kind) for one in stewards for kind in kinds}
        need(fits or not keys, "not every steward has a passkey and a paper key")
        said = digest({name: part for name, part in new.items() if name != "founding"})
        for one in founding:
            self.check_signed(one, b"awna/found/v1", said)
        need(old or {one["key"] for one in founding} == self.keys.keys(), "the founding is not signed by all its keys")

    def check_signed(self, signed: Value, prefix: bytes, said: str, steward: str = "") -> None:
        key = self.keys.get(signed.get("key"), {"steward": None})
        need(key["steward"] and steward in ("", key["steward"]), f"the policy holds no such key of {steward or 'a steward'}")
        challenge = hashlib.sha256(prefix + bytes.fromhex(said + signed["nonce"])).digest()
        need(steward_signed(key, signed, challenge), f"the signature of {key['steward']} is wrong")
        self.signed += 1

    def decide(self, one: Value) -> None:
        filed, steward = self.filed.get(one["proposal"], SimpleNamespace(digest="")), one["steward"]
        need(one["digest"] == filed.digest, "a decision is about no proposal in the book, or another text")
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
        need(is_canonical(canonical(value), "proposal") and value["id"] == leaf.get("proposal"), "it is not a proposal of that id")
        need(value["id"] not in self.filed, "the proposal was filed before")
        need(value["book"] == self.policy["book"] and value["policy"] == digest(self.policy), "the proposal is for another book or policy")
        allowed = Counter((row["debit"], row["credit"], row["amount"]) for row in value.get("rows", ()))
        milestones = {(one["n"], one["commodity"]): one for one in value.get("milestones", ())}
        self.filed[value["id"]] = SimpleNamespace(
            value=value, digest=digest(value), epoch=self.policy["epoch"], milestones=milestones, allowed=allowed, said=set(), held=set(),
            charged=Counter(), approved=False, ended=False)  # fmt: skip

    def state(self, leaf: Value, said: Value) -> None:
        """A statement or numbered slip: the movements of a purse, or no more than a commitment to them."""
        custody, moved = said.get("custody"), said.get("movements", ())
        known = is_canonical(canonical(said), "statement") and self.opened["custodies"].get(str(custody), {}).get("type") in PURSES
        need(known, "it is no statement of a purse")
        before = said.get("opening", self.closings.get(custody))
        after = None if before is None else int(before) + sum(int(one["amount"]) for one in moved)
        self.closings[custody] = int(said["closing"]) if "closing" in said else after
        self.sealed |= {custody} if "commitment" in said else set()
        need(said.get("number", self.slips[custody]) - self.slips[custody] in (0, 1), "a slip's number is not the next")
        self.slips[custody] = said.get("number", self.slips[custody])
        for one in moved:
            movement = self.movements.setdefault(one["id"], [custody, None, 0])
            need(movement[:2] == [custody, None], "a movement is listed twice")
            movement[1] = int(one["amount"])
            need(is_within(movement), "a movement was used beyond what its statement says")

    def rate(self, leaf: Value, said: Value) -> None:
        need(is_canonical(canonical(said), "rate") and Fraction(said["rate"]), "it is no rate")
        for names, rate in (("from", "to"), Fraction(said["rate"])), (("to", "from"), 1 / Fraction(said["rate"])):
            self.rates[said[names[0]], said[names[1]]].append((said["date"], rate))

    def rekey(self, leaf: Value, said: Value) -> None:
        need(is_canonical(canonical(said), "log_key"), "it is no new key of a log")
        self.new_keys[self.size] = said

    def close(self, leaf: Value, rows: list[Value]) -> None:
        need(is_canonical(canonical(leaf["payload"]), "close"), "a close names the last day of its period")
        balances = {name: {stage: str(net) for stage, net in stages.items()} for name, stages in self.trial_balance().items()}
        need(leaf["payload"]["balances"] == digest(balances), "its trial balance is not that of the book")
        self.closed_through = leaf["payload"]["through"]

    def open(self, leaf: Value, opens: Value) -> None:
        for name, one in (("", leaf), *((name, one) for name, new in opens.items() for one in new)):
            places = {(one["id"], field): commitment for field, commitment in one.get("private", {}).items()}
            need(not name or one["id"] not in self.opened[name], f"{one['id']} is opened twice")
            need(not places.keys() & self.private.keys(), f"{one['id']} has a private field twice")
            self.private.update(places)
            self.opened.get(name, {})[one["id"]] = one
        plain = {"custody": "", "proposal": "", "milestone": "", "net": 0, "coverable": 0, "covered": 0}
        for one in opens.get("accounts", ()):
            self.accounts[one["id"]] = account = SimpleNamespace(**plain | one)
            known = account.fund in self.opened["funds"] and account.commodity in self.opened["commodities"]
            need(known and account.custody in {"", *self.opened["custodies"]}, f"account {account.id} names what is not open")
            account.type = self.opened["custodies"][account.custody]["type"] if account.custody else ""
            need(account.type in CUSTODIES[account.stage], f"account {account.id} cannot be in such a custody")


def is_within(movement: list[Any]) -> bool:
    """A movement [custody, signed amount or unknown, used] is used in its direction, and no more than there is."""
    return movement[1] is None or min(movement[1], 0) <= movement[2] <= max(movement[1], 0)


NEEDS: dict[str, tuple[Any, str]] = {
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
MEMOS: dict[Any, Any] = {"proposal": Book.file, "statement": Book.state, "slip": Book.state, "rate": Book.rate, "log_key": Book.rekey}
WHOLE: dict[str, Any] = {"policy": Book.govern, "close": Book.close, "break": Book.act, "reverse": Book.reverse, "fx": Book.exchange}
WHOLE |= {"correction": Book.correct}


# -------------------------------------------------------------------------------------------------- the way of a gift: first in, first out
class Trace:
    """Each account queues (lot, amount); `hops` of a row are (lot, amount that arrived, amount that left, another lot was named)."""

    def __init__(self) -> None:
        self.queues, self.covers = defaultdict[str, deque[Any]](deque), defaultdict[str, deque[Any]](deque)
        self.hops, self.undone = dict[Any, list[Any]](), Counter[Any]()

    def follow(self, book: Book, leaf: Value) -> None:
        """Take in the rows of a leaf that is in the book; those of a reversal last to first, so that all lies as before."""
        for row in leaf.get("rows", ())[:: -1 if "reverses" in leaf else 1]:
            ref = (leaf["seq"], row["line"])
            old = tuple(row.get("corrects", ())) or ((leaf["reverses"], row["line"]) if "reverses" in leaf else ())
            pair, amount, covers = book.rows[ref]
            self.hops[ref] = self.undo(book, pair, amount, old) if old else self.move(pair, amount, covers, ref, tuple(row.get("lot", ())))

    def move(self, pair: Any, amount: int, covers: Value, ref: Any, named: Any) -> list[Any]:
        debit, stage, split, queue = pair.debit, pair.debit.stage, False, self.queues[pair.debit.id]
        if stage == "ext":
            taken = pop(self.covers[covers["account"]], int(covers["amount"])) if covers else []
            taken, split = taken or [(ref if covers or not named else named, amount)], bool(taken)
        elif stage == "trading":
            taken, split = [(lot, left) for lot, _, left, _ in self.hops[ref[0], 1]], True
        elif stage == "short":
            taken = [(ref, amount)]
        elif pair.kind == "loss":
            cut = [(lot, has, part) for (lot, has), part in zip(queue, share_out(amount, queue), strict=True)]
            self.queues[debit.id] = deque((lot, has - part) for lot, has, part in cut if has > part)
            taken = [(lot, part) for lot, _, part in cut if part]
        else:
            taken = pop(queue, amount, named) if named else []
            taken += pop(queue, amount - sum(has for _, has in taken))
        parts = share_out(amount, taken) if split and taken else [has for _, has in taken]
        self.give(pair.credit, [(lot, part) for (lot, _), part in zip(taken, parts, strict=True)], 1)
        if stage == "released" and pair.kind in ("order", "pay"):
            self.covers[pair.credit.id if pair.kind == "order" else debit.id].extend(taken)
        elif pair.kind == "void" and stage == "committed":
            for lot, has in taken:
                pop(self.covers[debit.id], has, lot)
        elif stage == "short":
            queue.extend(taken)
        return [(lot, part, has, named not in ((), lot)) for (lot, has), part in zip(taken, parts, strict=True) if part or has]

    def undo(self, book: Book, pair: Any, amount: int, old: Any) -> list[Any]:
        """The slices that the old row moved go back, out of where they came to, to the head of where they came from."""
        (first, whole, covers), hops, before = book.rows[old], self.hops[old], self.undone[old]
        self.undone[old] += amount
        returned, queue = window([hop[:2] for hop in hops], before, amount), self.queues[pair.debit.id]
        if pair.debit.stage not in UNFLOORED:
            returned = [part for lot, has in returned for part in pop(queue, has, lot)]
            returned += pop(queue, amount - sum(has for _, has in returned))
        self.give(pair.credit, returned, -1)
        if covers and pair.credit.stage == "ext" and hops and hops[0][0] != old:
            total = sum(hop[2] for hop in hops)
            start, end = total * before // whole, total * (before + amount) // whole
            self.covers[covers["account"]].extendleft(window([(hop[0], hop[2]) for hop in hops], start, end - start)[::-1])
        for lot, has in returned if first.kind == "pay" and pair.credit.stage == "released" else ():
            pop(self.covers[pair.credit.id], has, lot)
        return [(lot, has, has, False) for lot, has in returned]

    def give(self, account: Any, parts: list[Any], way: int) -> None:
        """Append the parts, or (way -1) put them back at the head; in a shortfall they pay debts."""
        queue, parts = self.queues[account.id], [part for part in parts if part[1]]
        if account.stage == "short":
            pop(queue, sum(has for _, has in parts))
        elif account.stage not in UNFLOORED:
            (queue.extend if way > 0 else queue.extendleft)(parts[::way])


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


def share_out(total: int, parts: Any) -> list[int]:
    """Split by the amounts of the parts; the largest remainders get what is left, the first of equals first."""
    weights = [has for _, has in parts]
    shares = [total * weight // (sum(weights) or 1) for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: -(total * weights[n] % (sum(weights) or 1)))[: total - sum(shares)]
    return [part + (n in order) for n, part in enumerate(shares)]


# ------------------------------------------------------------------------------------------------- the tree, its signatures, a donor's file
def hash_of(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def tree_root(hashes: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    while len(hashes) > 1:
        pairs = [hash_of(b"\x01", hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]


def path_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which an inclusion proof of RFC 6962 leads."""
    need((size > 1) == bool(path), "its proof is too long or too short")
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    left = index < half
    below = path_root(leaf, index if left else index - half, half if left else size - half, path[:-1])
    return hash_of(b"\x01", below, path[-1]) if left else hash_of(b"\x01", path[-1], below)


def read_key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    """`name+hash+base64` → name, key id, public key. Kind 1 signs checkpoints, kind 4 cosigns them."""
    name, said, encoded = (*text.split("+", 2), "", "")[:3]
    raw = unbase64(encoded)
    right = len(raw) == 33 and raw[0] == kind and re.fullmatch(r"\S+", name) and said == hash_of(name.encode(), b"\n", raw).hex()[:8]
    need(right, "header: a key has not the form name+hash+key, or a character of it was changed")
    return name, bytes.fromhex(said), raw[1:]


def read_note(note: str, where: str, log_keys: list[str], witnesses: list[str]) -> tuple[int, bytes, list[str]]:
    """Size and root of a checkpoint that the log signed, and for each line below it the key that signed it, or nothing."""
    text, _, tail = note.partition("\n\n")
    said, lines, signers = text.split("\n"), tail.split("\n"), []
    keys = [(kind, *read_key(key, kind), key) for kind, listed in ((1, log_keys), (4, witnesses)) for key in listed]
    root, named = unbase64(said[-1]), said[0] in [key[1] for key in keys] and not lines[-1]
    need(
        named and len(said) == 3 and re.fullmatch("[1-9][0-9]{0,14}", said[1]) and len(root) == 32,
        f"{where}: it is no checkpoint of this log",
    )
    for line in lines[:-1]:
        signers.append("")
        for kind, name, key_id, public, key in keys:
            raw = unbase64(line.removeprefix(f"— {name} "))
            message, skip = (f"{text}\n", 4) if kind == 1 else (f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{text}\n", 12)
            right = line.startswith(f"— {name} ") and raw[:4] == key_id and ed25519_is_right(public, message.encode(), raw[skip:])
            signers[-1] = key if right else signers[-1]
    need(any(key in signers and key.startswith(f"{said[0]}+") for key in log_keys), f"{where}: it is not signed by the key of the log")
    return int(said[1]), root, signers


def check_quorum(policy: str, log_key: str, note: str) -> str:
    """A policy file (C2SP tlog-policy): the log's key stands in it, and its quorum of witnesses cosigned."""
    lines = [words for words in map(str.split, policy.splitlines()) if words and words[0][0] != "#"]
    quorum, *others = [words[1] for words in lines if words[0] == "quorum"] or [""]
    logs = [words[1] for words in lines if words[0] == "log"]
    need(quorum and not others and log_key in logs, "policy: it is not of this log, or has no quorum")
    names = {words[1]: words[2] for words in lines if words[0] == "witness"}
    groups = {words[1]: (words[3:], {"any": 1, "all": len(words) - 3}.get(words[2], words[2])) for words in lines if words[0] == "group"}
    signers = read_note(note, "checkpoint", [log_key], list(names.values()))[2]

    def met(name: str) -> bool:
        return sum(map(met, groups[name][0])) >= int(groups[name][1]) if name in groups else names[name] in signers

    need(quorum == "none" or met(quorum), "policy: not enough of its witnesses cosigned the checkpoint")
    return f"Witnesses: {sum(key in signers for key in names.values())} of {len(names)} in the policy cosigned; its quorum {quorum} is met."


def check_receipt(data: bytes, log_keys: list[str], hashes: list[bytes] | None = None, book: str = "") -> str:
    """A donor's file: this gift, under this receipt number, is in the signed log. With a dump, in the same log as the dump."""
    value = parse(data, "receipt", "receipt")
    (head, _, note), leaf_bytes, (seq, line) = value["proof"].partition("\n\n"), value["leaf"].encode(), value["lot"]
    parse(leaf_bytes + b"\n", "receipt", "leaf")
    need((not log_keys or value["log_key"] in log_keys) and book in ("", value["book"]), "receipt: its log key or book is another")
    (said, index, *path), leaf, leaf_hash = head.split("\n"), json.loads(leaf_bytes), hash_of(b"\x00", leaf_bytes)
    size, root, _ = read_note(note, "receipt", [value["log_key"]], [])
    right = [said, index, leaf["seq"]] == ["c2sp.org/tlog-proof@v1", f"index {seq}", seq] and leaf["kind"] in ("gift", "gift_in_kind")
    need(right and seq < size and len(leaf["rows"]) >= line, "receipt: its proof is not of its gift")
    steps = [unbase64(step) for step in path]
    right = all(len(step) == 32 for step in steps) and len(steps) < 64 and path_root(leaf_hash, seq, size, steps) == root
    need(right, "receipt: its entry is not in the tree of its checkpoint")
    same = hashes is None or (hashes[seq : seq + 1] == [leaf_hash] and (size > len(hashes) or tree_root(hashes[:size]) == root))
    need(same, "receipt: its entry or its checkpoint is not of the log of the dump")
    node, total = hmac.digest(bytes.fromhex(value["key"]), value["receipt"].encode(), "sha256"), leaf["rows"][line - 1]["amount"]
    if "share" not in value:
        need(leaf.get("private", {}).get("reference") == node.hex(), "receipt: its key and number do not make the reference of the gift")
        return f"Receipt {value['receipt']} is gift {seq}.{line} of {leaf['date']}: {total} minor units."
    index, amount, left = value["share"]["index"], int(value["share"]["amount"]), 0
    node, above = hash_of(b"\x10", node, amount.to_bytes(8, "big")), amount
    for height, step in enumerate(value["share"]["steps"]):
        sides = [(above, node), (int(step["sum"]), bytes.fromhex(step["hash"]))][:: -1 if index >> height & 1 else 1]
        left, above = left + sides[0][0] * (index >> height & 1), sides[0][0] + sides[1][0]
        node = hash_of(b"\x11", *(part for one, hashed in sides for part in (one.to_bytes(8, "big"), hashed)))
        need(above <= AMOUNT_MAX and height < 32, "receipt: the sums of its share are impossible")
    right = index >> len(value["share"]["steps"]) == 0 and node.hex() == leaf["batch"]["shares"] and above == int(total)
    need(right, "receipt: the batch holds no such share")
    return f"Receipt {value['receipt']} is a share of batch {seq}.{line} of {leaf['date']}: {amount} of {total}, from {left} on."


# ----------------------------------------------------------------------------------------------------------------------- the whole dump
def read_dump(file: BinaryIO) -> tuple[Value, dict[str, list[Value]], list[bytes]]:
    """The header, all that follows the leaves, and the hashes of the leaves; each line has its one form, the tree is the signed one."""
    head = parse(file.readline(), "header", "header")
    entries, opened, hashes = head["counts"]["entries"], head["counts"]["openings"], list[bytes]()
    parts: dict[str, list[Value]] = {"tile": [], "opening": [], "checkpoint": []}
    for shape, name, count, first in (
        ("leaf", "entry", entries, 0), ("tile", "tile", -(-entries // TILE_HASHES), 0), ("opening", "opening", opened, 1),
        ("checkpoint", "checkpoint", 1, 0)):  # fmt: skip
        for n in range(first, first + count):
            line = file.readline()
            need(line and entries, "header: its counts make more lines than the file has")
            part = parse(line, name if name == shape == "checkpoint" else f"{name} {n}", shape)
            need(len(line) <= LEAF_BYTES_MAX + 1 or shape != "leaf", f"entry {n}: it has more than {LEAF_BYTES_MAX} bytes")
            hashes += [hash_of(b"\x00", line[:-1])] if shape == "leaf" else []
            parts.get(shape, []).append(part)
    need(not file.readline(), "header: its counts make fewer lines than the file has")
    listed = b"".join(bytes.fromhex(tile["hashes"]) for tile in parts["tile"])
    whole = [tile["first"] for tile in parts["tile"]] == list(range(0, entries, TILE_HASHES)) and len(listed) == 32 * entries
    need(whole, "tile 0: the tiles do not list each entry once")
    size, root, signers = read_note(parts["checkpoint"][0]["note"], "checkpoint", [head["log_key"]], head["witness_keys"])
    changed, signed = next((n for n, one in enumerate(hashes) if listed[32 * n : 32 * n + 32] != one), -1), tree_root(hashes) == root
    need(changed < 0 or not signed, f"tile {changed // TILE_HASHES}: its hash of entry {changed} was changed")
    need(changed < 0, f"entry {changed}: a byte was changed: it is not the entry in the signed tree")
    need(signed and size == entries, "checkpoint: the entries are not the tree that it signs")
    right = sorted(signers) == sorted([head["log_key"], *head["witness_keys"]])
    need(right, "checkpoint: a signature is wrong, or of no key in the header")
    return head, parts, hashes


def replay(file: BinaryIO, entries: int, trace: Trace | None) -> tuple[Book, list[float]]:
    """Read the leaves once more, each against the book that those before it make; the seconds for parsing and for the rules."""
    book, spent = Book(), [0.0, 0.0]
    file.seek(0)
    file.readline()
    for first in range(0, entries, TILE_HASHES):
        started = time.process_time()
        leaves = [json.loads(file.readline()) for _ in range(first, min(first + TILE_HASHES, entries))]
        parsed = time.process_time()
        for leaf in leaves:
            try:
                book.take(leaf)
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as wrong:
                why = str(wrong) if isinstance(wrong, Wrong) else f"it refers to what is not there: {wrong}"
                raise Wrong(f"entry {book.size}: " + (f"row {book.line}: " if book.line else "") + why) from None
            if trace:
                trace.follow(book, leaf)
        spent = [spent[0] + parsed - started, spent[1] + time.process_time() - parsed]
    return book, spent


def verify(source: bytes | BinaryIO, key: str | None = None, **given: Any) -> list[str]:
    """Check a whole dump and what was given beside it (see `main`); the lines of the summary, or Wrong."""
    file, started = io.BytesIO(source) if isinstance(source, bytes) else source, time.process_time()
    head, parts, hashes = read_dump(file)
    history = head.get("key_history", [])
    log_keys = [*(one["key"] for one in history), head["log_key"]]
    need(key in (None, *log_keys), "header: the log key is not the one given with --key")
    seconds, trace = time.process_time() - started, Trace() if given.get("trace") else None
    book, spent = replay(file, len(hashes), trace)
    origin = [book.policy["origin"], *(one["origin"] for one in book.breaks.values() if "origin" in one)][-1]
    need(head["book"] == book.policy["book"] and head["origin"] == origin, "header: book and origin are not those of the entries")
    need(head["log_key"].startswith(f"{origin}+"), "header: the log key has another name than the log")
    for one, new in zip(history, log_keys[1:], strict=True):
        size, root, _ = read_note(one["note"], "header", [one["key"]], [])
        said = {"about": "log_key", "key": new, "replaces": one["key"]}
        right = book.new_keys.get(one["entry"]) == said and one["entry"] < size <= len(hashes) and tree_root(hashes[:size]) == root
        need(right, f"header: the new key of the log is not the one that entry {one['entry']} says, under the old key")
    for seq, one in book.breaks.items():
        head_read = one.get("adopted", {"size": seq, "root": tree_root(hashes[:seq]).hex()})
        again = tree_root(hashes[: head_read["size"]]).hex()
        need(
            head_read["size"] <= seq and again == head_read["root"], f"entry {seq}: the entries before it are not those that were read back"
        )
    check_openings(book, parts["opening"])
    lines = summary(book, head, hashes, key)
    for note in given.get("older", ()):
        size, root, _ = read_note(note, "older checkpoint", log_keys, [])
        need(size <= len(hashes) and tree_root(hashes[:size]) == root, f"older checkpoint: its {size} entries do not begin this book")
        lines.append(f"Continues the older checkpoint of {size} entries.")
    if given.get("policy"):
        lines.append(check_quorum(given["policy"], head["log_key"], parts["checkpoint"][0]["note"]))
    lines += [check_receipt(data, log_keys, hashes, head["book"]) for data in given.get("receipts", ())]
    lines += [compare_stewards(book, given.get("stewards", "")), *(way_of(book, trace, given["trace"]) if trace else [])]
    if given.get("time"):
        each = [f"{1e6 * one / len(hashes):.1f}" for one in (seconds, *spent)]
        lines.append(f"Microseconds an entry: {each[0]} form, tree and signatures; {each[1]} parsing; {each[2]} rules.")
    return [*lines, NOTES]


def check_openings(book: Book, openings: list[Value]) -> None:
    places = [(one["of"], one["name"]) for one in openings]
    for n, one in enumerate(openings):
        made = hash_of(bytes.fromhex(one["salt"]), canonical([one["of"], one["name"], one["value"]]).encode()).hex()
        need(book.private.get(places[n]) == made, f"opening {n + 1}: it does not open the field {one['name']} of {one['of']}")
        need(n == 0 or places[n - 1] < places[n], f"opening {n + 1}: it is doubled or out of order")


def compare_stewards(book: Book, text: str) -> str:
    """Each line of the list is a role id and a fingerprint or its word code: exactly the keys of the policy in force."""
    given = {tuple(line.split()[:2]) for line in text.splitlines() if line.strip() and line[0] != "#"}
    held = {(key["steward"], name): {(key["steward"], name), (key["steward"], word_code(name))} for name, key in book.keys.items()}
    unlike = [steward for (steward, _), names in held.items() if len(names & given) != 1]
    same = held and not unlike and len(given) == len(held)
    need(same or not text, f"policy: the keys are not those of --stewards {' '.join(unlike[:1])}")
    if not held:
        return "The policy holds no keys, so decisions are names, not signatures."
    source = "the keys are those of --stewards." if text else "the stewards' keys were taken from the book itself."
    return f"{book.signed} signatures of stewards are right; {source}"


def amount_of(book: Book, commodity: str, minor: int) -> str:
    one = book.opened["commodities"][commodity]
    return f"{Decimal(minor).scaleb(-one['scale']):f} {one.get('code', commodity)}"


def way_of(book: Book, trace: Trace, lot: str) -> list[str]:
    """Each hop of one gift."""
    found = tuple(int(part) for part in lot.split(".") if part.isdigit())
    need(found in book.rows and book.rows[found][0].debit.stage == "ext", f"--trace: {lot} brought nothing")
    lines = [f"The way of gift {lot}:"]
    for (seq, line), (_, amount, left, other) in ((ref, hop) for ref, hops in trace.hops.items() for hop in hops if hop[0] == found):
        debit, credit = book.rows[seq, line][0].debit, book.rows[seq, line][0].credit
        places = " → ".join(" ".join(filter(None, (end.stage, end.custody))) for end in (debit, credit))
        paid = "" if debit.commodity == credit.commodity and left == amount else f", for {left} minor units"
        lines.append(f"  {seq}.{line}: {amount_of(book, credit.commodity, amount)}, {places}{paid}{', substituted' if other else ''}")
    return lines


def summary(book: Book, head: Value, hashes: list[bytes], key: str | None) -> list[str]:
    lines = [f"The book {head['book']} holds: {book.size} entries, every rule kept."]
    for name, stages in sorted(book.trial_balance().items()):
        nets = ", ".join(f"{stage} {amount_of(book, name, net)}" for stage, net in sorted(stages.items()))
        lines.append(f"{nets}; all together {amount_of(book, name, sum(stages.values()))}")
    waiting = Counter[str]()
    for place, amount, used in book.movements.values():
        waiting[place] += (used if amount is None else amount) - used
    for custody, closing in sorted(book.closings.items()):
        inside = sum(one.net for one in book.accounts.values() if one.custody == custody and one.stage in BALANCE_STAGES)
        fair = "no closing balance" if closing is None or custody in book.sealed else closing - waiting[custody]
        equal = "equals the bank" if inside == fair else f"its statements, less what is not booked yet, say {fair}"
        lines.append(f"Custody {custody}: the book says {inside} minor units and {equal}.")
    lines += [f"Entry {seq} breaks the log: {canonical(one)}" for seq, one in book.breaks.items()]
    witnessed = f"independently witnessed ({len(head['witness_keys'])})" if head["witness_keys"] else "signed log"
    return [
        *lines, f"Movements: {len(book.movements)}, {sum(one[1] is None for one in book.movements.values())} of them in no statement.",
        f"Head: {book.size} {tree_root(hashes).hex()}", f"Openings: {head['counts']['openings']} of {len(book.private)} private fields, all true.",
        f"Log: {head['origin']}, {witnessed}. " + ("Log key given." if key else "Log key taken from the file."),
        f"Policy: {book.policy['k']} of {len(book.policy['stewards'])} stewards, epoch {book.policy['epoch']}.",
    ]  # fmt: skip


def own_digest() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def main(argv: list[str] | None = None) -> int:
    """0: all holds; 1: refused, the entry or part is named; 2: misused."""
    parser = argparse.ArgumentParser(prog="awna-verify", description="Check a dumped book, or a donor's file, offline.")
    parser.add_argument("file", nargs="?", help="what `awna dumpbook` wrote")
    parser.add_argument("--key", help="the log key, name+hash+key, from a source that you trust")
    parser.add_argument("--policy", help="the log's policy file: its key, witnesses, quorum")
    parser.add_argument("--stewards", help="a file with one line for each key: steward, fingerprint or its word code")
    parser.add_argument("--older", action="append", default=[], help="a checkpoint kept from earlier (can be repeated)")
    parser.add_argument("--receipt", action="append", default=[], help="a donor's file, with or without a dump (can be repeated)")
    parser.add_argument("--trace", metavar="SEQ.LINE", help="print the way of this gift")
    parser.add_argument("--time", action="store_true", help="print how long it took")
    parser.add_argument("--version", action="version", version=f"awna-verify, SHA-256 {own_digest()}")
    asked = parser.parse_args(argv)
    try:
        need(asked.file or asked.receipt, "Name a dump, or a donor's file with --receipt")
        receipts = [Path(name).read_bytes() for name in asked.receipt]
        names = (asked.policy, asked.stewards, *asked.older)
        policy, stewards, *older = (Path(name).read_text("utf-8", "replace") if name else "" for name in names)
        file = Path(asked.file).open("rb") if asked.file else None  # noqa: SIM115
    except (OSError, Wrong) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        key = [asked.key] if asked.key else []
        lines = [f"Log key {'given' if key else 'taken from the receipt'}.", *(check_receipt(data, key) for data in receipts)]
        given = {"policy": policy, "stewards": stewards, "older": older, "receipts": receipts, "trace": asked.trace, "time": asked.time}
        lines = verify(file, asked.key, **given) if file else lines
    except Wrong as wrong:
        print(f"Refused. {wrong}.".encode("ascii", "backslashreplace").decode(), file=sys.stderr)
        return 1
    print("\n".join(lines).encode("ascii", "backslashreplace").decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
