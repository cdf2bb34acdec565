"""`awna-verify FILE`: check a dumped book offline, with nothing but this file and Python. docs/book-format.md is what it checks."""

import argparse, base64, hashlib, hmac, io, json, re, sys
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

# kind, then for each pair of stages: debit and credit stage (with the only custody types, where said), commodity (m money, g goods, t time)
# needs (D, C: a movement at the debit or the credit end; the others are in NEEDS), custody (= kept, ! changed, . one end outside).
TABLE = """
open ext free m NQW . | ext stock g NQW . | ext advance m NQW . / gift ext free m CN . / receive_goods ext stock g P . | ext
transit:consignment g P . | advance ext m P . / gift_in_kind ext stock g NP . | ext transit:consignment g NP . / allocate free free m - = /
reclass free free m Q = | free short m Q = / hold free held m F = / release held released m QV = / order released committed m RW = / pay
released ext m DER . | committed ext m DER . | released advance m DER ! | committed advance m DER ! / void held free m V = | committed
released m - = | released free m - = | advance free:bank,cash m C ! / move_goods stock transit:consignment g W ! | stock stock g W ! |
transit:consignment stock g W ! / issue stock issued g - ! | issued stock g - ! / loss stock lost g PW . | transit:consignment lost g PW . |
issued lost g PW . | advance lost m QW . | free:cash lost m QW . | transit:remittance lost m QW . / hours ext issued t P . / remit released
transit:remittance m DR ! | transit:remittance free m CT ! | free:provider transit:remittance m D ! / fx free trading m D . | released
trading m DR . | transit:remittance trading m - . | trading free m C . | trading transit:remittance m - . / fee released ext m DR . |
transit:remittance ext m R . / refund released ext m DLR . | stock ext g LP . / bank_forced free ext m D . | short ext m D . | ext free m CN
.
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


def need(fact: object, why: str, *about: str) -> bool:
    if not fact: raise Wrong(" ".join((why, *about)))
    return True


def build_table() -> dict[tuple[str, ...], tuple[frozenset[str], str, str, bool]]:
    """(kind, debit stage, custody type, credit stage, custody type, commodity) → (needs, custody, movement end, fund may change)."""
    table: dict[tuple[str, ...], tuple[frozenset[str], str, str, bool]] = {}
    rules = [(kind, rule.split()) for kind, rules in (text.split(None, 1) for text in TABLE.split("/")) for rule in rules.split("|")]
    for kind, (*ends, goods, needs, custody) in rules:
        (debit, _, dtypes), (credit, _, ctypes) = (end.partition(":") for end in ends)
        end, funds = "debit" if "D" in needs else "credit" if "C" in needs else "", kind in ("allocate", "reclass")
        types = (only.split(",") if only else CUSTODIES[stage] for stage, only in ((debit, dtypes), (credit, ctypes)))
        for dtype, ctype, thing in product(*types, COMMODITIES[goods]):
            stage, purse = (debit, dtype) if end == "debit" else (credit, ctype)
            letters = re.sub("[CD]", "M", needs).strip("-") + "P" * (end != "" and stage in BALANCE_STAGES and purse == "cash")
            table[kind, debit, dtype, credit, ctype, thing] = (frozenset(letters), custody, end, funds)
            # Undoing changes the balance of the end that the row changed: a movement at a bank, a quorum for cash, else a second person.
            side = "" if custody == "=" else "debit" if credit in BALANCE_STAGES else "credit" if debit in BALANCE_STAGES else ""
            wants = {"bank": "M", "provider": "M", "cash": "Q"}.get({"debit": ctype, "credit": dtype}.get(side, ""), "P")
            for undo, more, barred in (("reverse", "", NOT_REVERSIBLE), ("correction", "Q" * (debit == "ext"), NOT_CORRECTABLE)):
                if kind not in barred:
                    terms = frozenset(wants + more * (wants == "M")), custody, side * (wants == "M"), funds
                    table[undo, credit, ctype, debit, dtype, thing] = terms
    return table


RULES = build_table()
KINDS = {key[0] for key in RULES} | set(WITHOUT_ROWS)

# ------------------------------------------------- shapes: a name, then shape:key,key; a key alone is its own shape; ? = may be missing;
# [x] = list of x, not empty; =x = the text x. Canonical JSON has one byte form, so a shape is one regular expression over the whole line.
SHAPES_TEXT = """
header =header:type 1:v word:book,origin,log_key counts words:witness_keys [past]:key_history? | counts int:entries,openings | past
int:entry word:key text:note | tile =tile:type int:first hashes | checkpoint =checkpoint:type text:note | seen int:size digest:root |
opening =opening:type 1:v id:of word:name digest:salt text:value | share int:index amount [step]:steps | step digest:hash sum | receipt
=receipt:type 1:v word:receipt,book,log_key digest:key ref:lot text:leaf,proof share? | custody id id:settles_to? word:type private? | fund
id id:parent? private? | commodity id thing:kind scale word:code? private? | exact id:debit,credit amount | document word:kind digest |
account id stage id:fund,commodity,custody?,proposal? word:milestone? private? | covers id:account amount | batch int:n
digest:movements,shares | opens [commodity]:commodities? [fund]:funds? [custody]:custodies? [account]:accounts? | seal digest:key,nonce
base64:signature,auth?,client? | decision id:steward,proposal digest date digest:key?,nonce? base64:signature?,auth?,client? | key
word:alg,kind,rp?,site? id:steward base64:public | policy =policy:about word:book,origin int:epoch,k [id]:stewards [key]:keys?
[seal]:founding? | moved id delta:amount | milestone word:n id:custody,fund,commodity amount:ceiling [word]:evidence? date:earliest? |
proposal 1:v word:book,purpose,nonce id id:target? digest:policy,payee? date:expiry [milestone]:milestones? [exact]:rows? [word]:documents?
seen? amount:least_arrival? | break =break:about word:origin? seen:lost?,adopted? | log_key =log_key:about word:key,replaces | statement
word:about id:custody,commodity? int:number? delta:opening?,closing? [moved]:movements? digest:commitment? | rate =rate:about
word:from,to,source decimal:rate date | close =close:about date:through digest:balances | row int:line id:debit,credit,movement? amount
ref:lot?,resolves?,corrects? covers? | leaf 1:v int:seq id kind date id:author,second?,proposal? int:reverses? [row]:rows? opens? private?
[document]:documents? [decision]:decisions? batch?
"""
PATTERNS = {
    "id": r'"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}"', "word": r'"(?:[^"\\\x00-\x1f]|\\["\\]){1,200}"', "digest": r'"[0-9a-f]{64}"', "1": "1",
    "text": r'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7bef]|1[0-9a-f]))*"', "hashes": r'"(?:[0-9a-f]{64}){1,256}"',
    "date": r'"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"', "amount": r'"(?:[1-9][0-9]{0,14}|10{15})"',
    "sum": r'"(?:0|[1-9][0-9]{0,14}|10{15})"', "delta": r'"(?:0|-?[1-9][0-9]{0,14})"', "decimal": r'"[0-9]{1,9}(?:\.[0-9]{1,12})?"',
    "int": r"(?:0|[1-9][0-9]{0,14})", "scale": "[0-9]", "base64": r'"[A-Za-z0-9+/]+={0,2}"', "ref": r"\[(?:0|[1-9][0-9]{0,14}),[1-9][0-9]{0,4}\]",
    "kind": f'"(?:{"|".join(sorted(KINDS))})"', "stage": f'"(?:{"|".join(CUSTODIES)})"', "thing": '"(?:money|material|medical|equipment|time)"',
}
PATTERNS["private"] = r"\{{{word}:{digest}(?:,{word}:{digest})*\}}".format_map(PATTERNS)
PATTERNS["words"] = r"\[(?:{word}(?:,{word})*)?\]".format_map(PATTERNS)
SHAPES = {name: [part.rpartition(":") for part in parts] for name, *parts in map(str.split, SHAPES_TEXT.split("|"))}


def pattern(name: str) -> str:
    """The regular expression of a shape: its keys in order, each followed by a comma and a next key, or by the end."""
    if name[0] in "[=": return rf"\[{pattern(name[1:-1])}(?:,{pattern(name[1:-1])})*\]" if name[0] == "[" else f'"{name[1:]}"'
    fields = sorted((key.strip("?"), shape or key.strip("?"), "?" * ("?" in key)) for shape, _, keys in SHAPES.get(name, ()) for key in keys.split(","))
    parts = (rf'(?:"{key}":{pattern(shape)}(?:,(?=")|(?=\}}))){mark}' for key, shape, mark in fields)
    return PATTERNS.get(name) or rf"\{{(?!\}}){''.join(parts)}\}}"


MATCHES = {name: re.compile(pattern(name)).fullmatch for name in SHAPES}

def canonical(value: object) -> str: return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

def digest(value: object) -> str: return hashlib.sha256(canonical(value).encode()).hexdigest()

def is_canonical(text: str, shape: str) -> bool:
    """Whether this is the one form of a value of this shape. What a payload says is free; the order of private fields is in no pattern."""
    if '"payload":' not in text and '"private":' not in text: return bool(MATCHES[shape](text))
    with suppress(ValueError, TypeError, RecursionError):
        value = json.loads(text, parse_float=str.encode, parse_constant=str.encode)  # bytes, which canonical() cannot write
        whole, payload = canonical(value), value.pop("payload", {"": ""}) if shape in ("leaf", "proposal") else {"": ""}
        return whole == text and bool(whole.encode() and payload and isinstance(payload, dict) and MATCHES[shape](canonical(value)))
    return False

def parse(line: bytes, where: str, shape: str) -> Value:
    """The value of one line that stands in its one form."""
    text = line.decode("utf-8", "replace")
    need(text[-1:] == "\n" and text.encode() == line and is_canonical(text[:-1], shape), f"{where}: a byte was changed: it is no canonical", shape)
    return {} if shape == "leaf" else dict(json.loads(text))

def unbase64(text: str) -> bytes:
    """The bytes of base64 in its one exact form, else none."""
    with suppress(ValueError):
        raw = base64.b64decode(text, validate=True)
        return raw if base64.b64encode(raw).decode() == text else b""
    return b""


# ---------------------------------------------------------------- signatures: Ed25519 (RFC 8032) and ECDSA on P-256, with whole numbers only
P, ORDER, D = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, -121665 * pow(121666, -1, 2**255 - 19) % (2**255 - 19)
Q, Q_ORDER = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Q_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
Q_BASE = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
Point = tuple[int, int] | None  # None is the neutral point

def add(a: Point, b: Point, curve: int) -> Point:
    """The sum of two points of Ed25519 or, by chord or tangent, of P-256."""
    if a is None or b is None or (curve == Q and a[0] == b[0] and (a[1] + b[1]) % Q == 0): return None if a and b else a or b
    (x, y), (u, v) = a, b
    if curve == P:
        t = D * x * u * y * v % P
        inverse = pow(1 - t * t, -1, P)
        return (x * v + u * y) * (1 - t) * inverse % P, (y * v + x * u) * (1 + t) * inverse % P
    slope = 3 * (x * x - 1) * pow(2 * y, -1, Q) if a == b else (v - y) * pow(u - x, -1, Q)
    w = (slope * slope - x - u) % Q
    return w, (slope * (x - w) - y) % Q

def times(scalar: int, point: Point, curve: int) -> Point:
    rest = times(scalar >> 1, add(point, point, curve), curve) if scalar > 1 else None
    return add(rest, point, curve) if scalar & 1 else rest

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
    end = 4 + (*signature[3:4], 0)[0]
    x, y, r, s = (int.from_bytes(part, "big") for part in (public[1:33], public[33:], signature[4:end], signature[end + 2 :]))
    der = b"".join(bytes([2, n.bit_length() // 8 + 1]) + n.to_bytes(n.bit_length() // 8 + 1, "big") for n in (r, s))
    known = len(public) == 65 and public[0] == 4 and max(x, y) < Q and (y * y - x * x * x + 3 * x - Q_B) % Q == 0
    if not known or len(signature) > 72 or signature != bytes([48, len(der)]) + der or not (0 < r < Q_ORDER and 0 < s < Q_ORDER):
        return False
    inverse, hashed = pow(s, -1, Q_ORDER), int.from_bytes(hashlib.sha256(message).digest(), "big")
    found = add(times(hashed * inverse % Q_ORDER, Q_BASE, Q), times(r * inverse % Q_ORDER, (x, y), Q), Q)
    return found is not None and found[0] % Q_ORDER == r

def steward_signed(key: Value, signed: Value, challenge: bytes) -> bool:
    """A passkey signs on its own site, with the person verified (WebAuthn); a paper key signs with its own prefix (Ed25519)."""
    public, signature = unbase64(key["public"]), unbase64(signed["signature"])
    if key["kind"] == "paper": return ed25519_is_right(public, b"awna/paper/v1" + challenge, signature)
    auth, client = unbase64(signed["auth"]), unbase64(signed["client"])
    said, asked = json.loads(client), base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    need(said["type"] == "webauthn.get" and said["challenge"] == asked, "the key signed another challenge, so another text")
    on_site = said["origin"] == key["site"] and not said.get("crossOrigin") and auth[:32] == hashlib.sha256(key["rp"].encode()).digest()
    need(on_site, "the key signed on another site than", key["site"])
    need(len(auth) >= 37 and auth[32] & 5 == 5, "the key did not verify the person")
    return es256_is_right(public, auth + hashlib.sha256(client).digest(), signature)

def word_code(fingerprint: str) -> str:
    """The first six bytes of a fingerprint in words, to compare on paper or on the telephone."""
    starts, ends = (re.findall("..", text) for text in ("badafagahakalamanaparasatawayaza", "bodifugohikulominuporisutowiyuzo"))
    return "-".join(starts[byte >> 4] + ends[byte & 15] for byte in bytes.fromhex(fingerprint)[:6])


NOTHING = SimpleNamespace(value={}, digest="", approved=False)  # in the place of a proposal that was not filed
NOWHERE = (SimpleNamespace(kind="", debit=SimpleNamespace(stage="")), 0, None)  # in the place of a row that is not there

class Book(SimpleNamespace):
    """The book after some entries. A rule of a row is a method that says whether the row may stand, or raises what is wrong."""

    def __init__(self) -> None:
        super().__init__(
            opened={"commodities": {}, "funds": {}, "custodies": {}, "accounts": {}}, ids=set(), sealed=set(), resolved=set(), size=0, signed=0,
            policy={}, keys={}, accounts={}, pairs={}, rows={}, private={}, filed={}, movements={}, closings={}, new_keys={}, breaks={},
            corrected=Counter(), slips=Counter(), rates=defaultdict(list), line=0, closed_through="")

    def trial_balance(self) -> dict[str, Counter[str]]:
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for account in {end.id: end for pair in self.pairs.values() for end in (pair.debit, pair.credit)}.values():
            sums[account.commodity][account.stage] += account.net
        return sums

    def take(self, leaf: Value) -> None:
        """Check one leaf against the book so far and take it in."""
        kind, rows, payload, self.line = leaf["kind"], leaf.get("rows", ()), leaf.get("payload", {}), 0
        need(leaf["seq"] == self.size and leaf["id"] not in self.ids, "its number is not its place, or its id was used before")
        need(bool(rows) != (kind in WITHOUT_ROWS), "its kind has no rows, or needs some")
        need(leaf["date"] > self.closed_through, "it is dated inside a period that was closed")
        need(self.size or kind == "policy", "entry 0 must be the founding policy")
        need(("reverses" in leaf) == (kind == "reverse"), "reversing and naming an entry to reverse go together")
        whole = "batch" not in leaf or (kind == "gift" and len(rows) == 1 and leaf["batch"]["n"] >= BATCH_MIN)
        need(whole, "it is no batch of ten gifts or more")
        self.ids.add(leaf["id"])
        if "opens" in leaf or "private" in leaf: self.open(leaf, leaf.get("opens", {}))
        if kind == "memo" and payload.get("about") in MEMOS: MEMOS[payload["about"]](self, leaf, payload)
        for one in leaf.get("decisions", ()): self.decide(one)
        if kind in WHOLE: WHOLE[kind](self, leaf, rows or payload)
        for account in [account for row in rows for account in self.move(leaf, row, kind)]:
            need(account.net >= 0 or account.stage in UNFLOORED, "an account falls below zero:", account.id)
            need(account.net <= 0 or account.stage != "short", "a shortfall rises above zero")
            need(account.covered <= account.coverable, "receipts cover more than was committed or paid")
        self.size += 1

    def move(self, leaf: Value, row: Value, kind: str) -> list[Any]:
        """One row: its pair of stages and what that needs; then it moves. The accounts whose limits it may have crossed."""
        self.line += 1
        need(row["line"] == self.line, "its rows are not numbered from 1")
        pair = self.pairs.get((kind, row["debit"], row["credit"])) or self.pair(kind, row["debit"], row["credit"])
        for rule, why in pair.needs: need(rule(self, leaf, row, pair), why)
        if len(row) > 4:
            need("resolves" not in row or "V" in pair.letters, "it resolves a hold, which its kind cannot")
            need(("corrects" in row) == (kind == "correction"), "correcting and naming the row go together")
            brought = "lot" not in row or self.rows.get(tuple(row["lot"]), NOWHERE)[0].debit.stage == "ext"
            need(brought, "its lot is no row that brought something")
        amount, debit, credit, covers = int(row["amount"]), pair.debit, pair.credit, row.get("covers")
        self.rows[leaf["seq"], self.line] = (pair, amount, covers)
        debit.net -= amount
        credit.net += amount
        if pair.covering: count_coverable(pair, amount)
        if covers: self.accounts[covers["account"]].covered += int(covers["amount"])
        return [debit, credit, self.accounts[covers["account"]]] if covers else [debit, credit]

    def pair(self, kind: str, debit_id: str, credit_id: str) -> Any:
        """What holds for every row of this kind between two accounts, found once."""
        need(debit_id in self.accounts and credit_id in self.accounts, "it names an account that is not open")
        debit, credit, funds = self.accounts[debit_id], self.accounts[credit_id], self.opened["funds"]
        need(debit is not credit and debit.commodity == credit.commodity, "its accounts are one, or hold two commodities")
        key = (kind, debit.stage, debit.type, credit.stage, credit.type, self.opened["commodities"][debit.commodity]["kind"])
        letters, custody, end, fund_may_change = RULES.get(key, (frozenset[str](), "", "", False))
        need(custody, f"{kind} may not go from {debit.stage} to {credit.stage}")
        need(custody == "." or (debit.custody == credit.custody) == (custody == "="), "the custody is wrong")
        fund = credit.fund
        for _ in funds if kind == "allocate" and debit.fund != "unidentified" else ():
            fund = funds.get(fund, {}).get("parent") if fund != debit.fund else fund
        allowed = fund == debit.fund or (fund_may_change and (kind != "allocate" or debit.fund == "unidentified"))
        need(allowed, "the fund may not change, or only become narrower")
        place = {"debit": debit.custody, "credit": credit.custody, "": ""}[end]
        self.pairs[kind, debit_id, credit_id] = pair = SimpleNamespace(
            kind=kind, debit=debit, credit=credit, letters=letters, place=place, sign=1 if end == "credit" else -1,
            needs=[NEEDS[one] for one in sorted(letters | ({kind} & NEEDS.keys()))], carried={debit.proposal, credit.proposal} - {""},
            covering=kind in ("order", "pay", "void"))
        return pair

    def has_movement(self, leaf: Value, row: Value, pair: Any) -> bool:
        """The bank's line or slip lies in this custody, has this direction, and is not used beyond its amount; undoing may free it."""
        name, place, sign = row.get("movement"), pair.place, pair.sign
        if "batch" in leaf or name is None: return "batch" in leaf and name is None
        need(place not in self.closings or place in self.sealed or name in self.movements, "no statement or slip in the book lists its movement")
        movement = self.movements.setdefault(name, [place, None, 0])
        need(movement[0] == place, "its movement belongs to another custody")
        need(pair.kind in ("reverse", "correction") or sign * (movement[1] or sign) > 0, "its movement goes the other way")
        movement[2] += sign * int(row["amount"])
        return need(is_within(movement), "its movement is used beyond its amount")

    def is_held(self, leaf: Value, row: Value, pair: Any) -> bool:
        filed, credit, place = self.filed.get(leaf.get("proposal")), pair.credit, (pair.credit.milestone, pair.credit.commodity)
        need(filed and pair.carried == {leaf["proposal"]}, "no such proposal was filed for it")
        need(leaf["date"] <= filed.value["expiry"] and not filed.ended, "its proposal had ended")
        need(credit.fund != "unidentified", "money that belongs to no known purpose cannot be held")
        asked = {"ceiling": row["amount"], "custody": credit.custody, "fund": credit.fund}
        need(asked.items() <= filed.milestones.get(place, {}).items(), "it is not the milestone's ceiling, custody and fund")
        need(place not in filed.held, "the milestone is held already")
        filed.held.add(place)
        return True

    def resolves(self, leaf: Value, row: Value, pair: Any) -> bool:
        ref = tuple(row.get("resolves", ()))
        old, amount, _ = self.rows.get(ref, NOWHERE)
        fits = old.kind == "hold" and old.credit is pair.debit and amount == int(row["amount"]) and ref not in self.resolved
        self.resolved.add(ref)
        return fits and not self.corrected[ref]

    def is_approved(self, leaf: Value, row: Value, pair: Any) -> bool:
        """The quorum said yes to this proposal (Q: to exactly this row); its accounts or its target are the proposal's."""
        filed, exactly = self.filed.get(leaf.get("proposal"), NOTHING), "Q" in pair.letters and pair.kind != "release"
        if "T" in pair.letters and pair.credit.custody == self.opened["custodies"][pair.debit.custody].get("settles_to"): return True
        need(filed.approved, "no quorum of stewards approved it")
        own = (exactly or pair.carried <= {leaf["proposal"]}) and (pair.carried or "R" not in pair.letters)
        need(own, "its accounts belong to another proposal")
        need("T" not in pair.letters or filed.value.get("target") == pair.credit.custody, "it arrives elsewhere than the proposal says")
        need("Q" not in pair.letters or leaf["date"] <= filed.value["expiry"], "its proposal had ended")
        need(not filed.ended or pair.kind not in ("release", "order"), "its proposal was ended by a void")
        filed.allowed[row["debit"], row["credit"], row["amount"]] -= exactly
        left = filed.allowed[row["debit"], row["credit"], row["amount"]]
        return need(left >= 0, "the stewards did not approve this row, or it was posted before")

    def has_evidence(self, leaf: Value, row: Value, pair: Any) -> bool:
        milestone = self.filed[leaf["proposal"]].milestones.get((pair.debit.milestone, pair.debit.commodity), {})
        need(leaf["date"] >= milestone.get("earliest", ""), "it is before the milestone's earliest date")
        return {one["kind"] for one in leaf.get("documents", ())} >= set(milestone.get("evidence", ()))

    def is_within_charges(self, leaf: Value, row: Value, pair: Any) -> bool:
        filed, debit = self.filed[leaf["proposal"]], pair.debit
        filed.charged[debit.commodity] += int(row["amount"]) if debit.stage == "transit" else 0
        cap = filed.milestones.get(("charges", debit.commodity), {"ceiling": "0"})["ceiling"]
        return bool(debit.milestone == "charges" if debit.stage == "released" else filed.charged[debit.commodity] <= int(cap))

    def frees(self, leaf: Value, row: Value, pair: Any) -> bool:
        """Freeing what was held or released for a proposal ends it."""
        if pair.carried and pair.credit.stage == "free": self.filed[pair.debit.proposal].ended = True
        return bool(pair.carried <= {leaf.get("proposal")})

    def is_forced(self, leaf: Value, row: Value, pair: Any) -> bool:
        place = ("free", pair.debit.custody, pair.debit.fund, pair.debit.commodity)
        free = (one.net for one in self.accounts.values() if (one.stage, one.custody, one.fund, one.commodity) == place)
        return pair.debit.stage != "short" or not any(free)

    def take_back(self, leaf: Value, rows: list[Value]) -> None:
        """A reversal takes back all rows of one entry, a correction parts of any rows; all together no more than a row moved."""
        seq, barred = (leaf["reverses"], NOT_REVERSIBLE) if "reverses" in leaf else (None, NOT_CORRECTABLE)
        need(seq is None or (seq, len(rows) + 1) not in self.rows, "its rows are not all those of the entry, swapped")
        for row in rows:
            ref, part = tuple(row.get("corrects", ())) if seq is None else (seq, row["line"]), int(row["amount"])
            need(ref in self.rows, "it takes back a row that is not there")
            pair, amount, covers = self.rows[ref]
            same = (pair.debit.id, pair.credit.id) == (row["credit"], row["debit"]) and (seq is None or part == amount)
            need(same, "its row is not the old one, swapped")
            need(pair.kind not in barred, "it takes back what cannot be reversed or corrected")
            self.corrected[ref] += part
            fits = self.corrected[ref] <= amount and ref not in self.resolved
            need(fits, "it takes back more than the row, or what was resolved, corrected or reversed before")
            count_coverable(pair, -part)
            if pair.kind == "hold": self.filed[pair.credit.proposal].held.discard((pair.credit.milestone, pair.credit.commodity))
            if covers and seq is not None: self.accounts[covers["account"]].covered -= int(covers["amount"])

    def exchange(self, leaf: Value, rows: list[Value]) -> None:
        """Two rows that meet in trading, at a rate near the one in the book, or with at least what the stewards asked."""
        need(len(rows) == 2, "an exchange has two rows")
        start, out, back, end = (self.accounts[row[side]] for row in rows for side in ("debit", "credit"))
        meets = out.stage == back.stage == "trading" and len({one.fund for one in (start, out, back, end)}) == 1
        need(meets and start.commodity != end.commodity, "its rows do not meet in trading, in one fund and two currencies")
        (sold, left), (bought, came) = (
            (one.get("code"), Fraction(int(row["amount"]), 10 ** one["scale"]))
            for row, one in zip(rows, map(self.opened["commodities"].get, (start.commodity, end.commodity)), strict=True))
        filed = self.filed.get(leaf.get("proposal"), NOTHING)
        said = filed.value if filed.approved else {}
        aims = (said.get("target"), self.opened["custodies"].get(start.custody, {}).get("settles_to"))
        arrives = (start.stage, end.stage) != ("transit", "free") or end.custody in aims
        need(arrives, "it arrives elsewhere than the proposal says")
        rates = [one for one in self.rates[sold, bought] if one[0] <= leaf["date"]]
        fair = left * max(reversed(rates), key=lambda one: one[0])[1] if rates else Fraction(0)
        fits = int(rows[1]["amount"]) >= int(said["least_arrival"]) if "least_arrival" in said else abs(came - fair) <= fair * RATE_BAND
        need(fits, "it is not near a rate in the book, nor what the stewards asked at least")

    def act(self, leaf: Value, payload: Value) -> None:
        """A break, and each policy but the first: the quorum approved exactly this payload."""
        filed = self.filed.get(leaf.get("proposal"), NOTHING)
        right = filed.approved and filed.value.get("payload") == payload and leaf["date"] <= filed.value["expiry"]
        need(right, "no quorum of stewards approved exactly this", leaf["kind"])
        if leaf["kind"] == "break": self.breaks[self.size] = shaped(payload, "break")

    def govern(self, leaf: Value, payload: Value) -> None:
        """The first policy is signed by all its keys; each later one was approved by the quorum of the one before."""
        new, old = shaped(payload, "policy"), self.policy
        stewards, keys, founding = new["stewards"], new.get("keys", []), new.get("founding", [])
        need(new["epoch"] == (old["epoch"] + 1 if old else 0), "its epoch is not the next")
        need(len(set(stewards)) == len(stewards) and 1 <= new["k"] <= len(stewards), "its quorum is not possible")
        if old: self.act(leaf, payload)
        need(keys or not self.keys, "a policy with keys cannot be followed by one without")
        vars(self).update(policy=new, keys={hashlib.sha256(unbase64(key["public"])).hexdigest(): key for key in keys})
        owned = {(key["steward"], key["kind"], key["alg"], "rp" in key and "site" in key) for key in self.keys.values()}
        wanted = {(one, *kind) for one in stewards for kind in (("paper", "ed25519", False), ("passkey", "es256", True))}
        need(not keys or (len(self.keys) == len(keys) and owned == wanted), "not every steward has a passkey and a paper key")
        said = digest({name: part for name, part in new.items() if name != "founding"})
        for one in founding: self.check_signed(one, b"awna/found/v1", said)
        need(old or {one["key"] for one in founding} == self.keys.keys(), "the founding is not signed by all its keys")

    def check_signed(self, signed: Value, prefix: bytes, said: str, steward: str = "") -> None:
        key = self.keys.get(signed.get("key"), {"steward": None})
        need(key["steward"] and steward in ("", key["steward"]), "the policy holds no such key of", steward or "a steward")
        challenge = hashlib.sha256(prefix + bytes.fromhex(said + signed["nonce"])).digest()
        need(steward_signed(key, signed, challenge), f"the signature of {key['steward']} is wrong")
        self.signed += 1

    def decide(self, one: Value) -> None:
        filed, steward = self.filed.get(one["proposal"], NOTHING), one["steward"]
        need(one["digest"] == filed.digest, "a decision is about no proposal in the book, or another text")
        need(filed.epoch == self.policy["epoch"], "a decision is about a proposal under an older policy")
        need(steward in self.policy["stewards"], f"{steward} decides but is no steward")
        need(one["date"] <= filed.value["expiry"], "a decision came after the proposal had ended")
        need(steward not in filed.said, f"{steward} decides twice")
        if self.keys or "key" in one: self.check_signed(one, b"awna/approve/v1", filed.digest, steward)
        filed.said.add(steward)
        filed.approved = len(filed.said) >= self.policy["k"]

    def file(self, leaf: Value, payload: Value) -> None:
        value = shaped(payload.get("proposal", {}), "proposal")
        need(value["id"] == leaf.get("proposal") and value["id"] not in self.filed, "its proposal has another id, or one that was filed before")
        need(value["book"] == self.policy["book"] and value["policy"] == digest(self.policy), "the proposal is for another book or policy")
        allowed = Counter((row["debit"], row["credit"], row["amount"]) for row in value.get("rows", ()))
        self.filed[value["id"]] = SimpleNamespace(
            value=value, digest=digest(value), epoch=self.policy["epoch"], allowed=allowed, said=set(), held=set(), charged=Counter(),
            milestones={(one["n"], one["commodity"]): one for one in value.get("milestones", ())}, approved=False, ended=False)

    def state(self, leaf: Value, payload: Value) -> None:
        """A statement or numbered slip: the movements of a purse, or no more than a commitment to them."""
        said = shaped(payload, "statement")
        custody, moved, number = said["custody"], said.get("movements", ()), said.get("number", self.slips[said["custody"]])
        need(self.opened["custodies"].get(custody, {}).get("type") in PURSES, "it is no statement of a purse")
        before = said.get("opening", self.closings.get(custody))
        after = None if before is None else int(before) + sum(int(one["amount"]) for one in moved)
        self.closings[custody] = int(said["closing"]) if "closing" in said else after
        self.sealed |= {custody} if "commitment" in said else set()
        need(number - self.slips[custody] in (0, 1), "a slip's number is not the next")
        self.slips[custody] = number
        for one in moved:
            movement = self.movements.setdefault(one["id"], [custody, None, 0])
            need(movement[:2] == [custody, None], "a movement is listed twice")
            movement[1] = int(one["amount"])
            need(is_within(movement), "a movement was used beyond what its statement says")

    def rate(self, leaf: Value, payload: Value) -> None:
        said = shaped(payload, "rate")
        need(Fraction(said["rate"]), "it is no rate")
        self.rates[said["from"], said["to"]].append((said["date"], Fraction(said["rate"])))
        self.rates[said["to"], said["from"]].append((said["date"], 1 / Fraction(said["rate"])))

    def close(self, leaf: Value, payload: Value) -> None:
        balances = {name: {stage: str(net) for stage, net in stages.items()} for name, stages in self.trial_balance().items()}
        need(shaped(payload, "close")["balances"] == digest(balances), "its trial balance is not that of the book")
        self.closed_through = payload["through"]

    def open(self, leaf: Value, opens: Value) -> None:
        for name, one in (("", leaf), *((name, one) for name, new in opens.items() for one in new)):
            places = {(one["id"], field): commitment for field, commitment in one.get("private", {}).items()}
            twice = (name and one["id"] in self.opened[name]) or places.keys() & self.private.keys()
            need(not twice, "it is opened twice, or has a private field twice:", one["id"])
            self.private.update(places)
            self.opened.get(name, {})[one["id"]] = one
        for one in opens.get("accounts", ()):
            self.accounts[one["id"]] = account = SimpleNamespace(**PLAIN | one)
            known = account.fund in self.opened["funds"] and account.commodity in self.opened["commodities"]
            need(known, "a fund or commodity is not open that is named by account", account.id)
            account.type = self.opened["custodies"][account.custody]["type"] if account.custody else ""
            need(account.type in CUSTODIES[account.stage], "in such a custody cannot be account", account.id)

def shaped(payload: Value, shape: str) -> Value:
    need(is_canonical(canonical(payload), shape), "its payload is not a", shape)
    return payload

def count_coverable(pair: Any, amount: int) -> None:
    """Receipts may cover what was ordered, paid without an order, or given in advance, less what was freed again."""
    pair.credit.coverable += amount * ((pair.kind, pair.credit.stage) in (("order", "committed"), ("pay", "advance")))
    pair.debit.coverable += amount * ((pair.kind, pair.debit.stage) == ("pay", "released"))
    pair.debit.coverable -= amount * ((pair.kind, pair.debit.stage) in (("void", "committed"), ("void", "advance")))

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
    **dict.fromkeys("QRT", (Book.is_approved, "")),
    "allocate": (lambda book, leaf, row, pair: "lot" in row or pair.debit.fund != "unidentified", "it names no gift that it identifies"),
    "fee": (Book.is_within_charges, "the charges are above their cap, or not of the milestone of charges"),
    "void": (Book.frees, "it frees what belongs to another proposal"), "bank_forced": (Book.is_forced, "money is still free there"),
}
MEMOS: dict[Any, Any] = {
    "proposal": Book.file, "statement": Book.state, "slip": Book.state, "rate": Book.rate,
    "log_key": lambda book, leaf, payload: book.new_keys.update({book.size: shaped(payload, "log_key")}),
}
WHOLE: dict[str, Any] = {
    "policy": Book.govern, "close": Book.close, "break": Book.act, "fx": Book.exchange, "reverse": Book.take_back, "correction": Book.take_back,
}
PLAIN = {"custody": "", "proposal": "", "milestone": "", "net": 0, "coverable": 0, "covered": 0}

# -------------------------------------------------------------------------------------------------- the way of a gift: first in, first out
class Trace:
    """Each account queues (lot, amount); `hops` of a row are (lot, amount that arrived, amount that left, another lot was named)."""

    def __init__(self) -> None:
        self.queues, self.covers = defaultdict[str, deque[Any]](deque), defaultdict[str, deque[Any]](deque)
        self.hops, self.undone = dict[Any, list[Any]](), Counter[Any]()

    def follow(self, book: Book, leaf: Value) -> None:
        """Take in the rows of a leaf that is in the book; those of a reversal last to first, so that all lies as before."""
        for row in leaf.get("rows", ())[:: -1 if "reverses" in leaf else 1]:
            ref, named = (leaf["seq"], row["line"]), tuple(row.get("lot", ()))
            old = (leaf["reverses"], row["line"]) if "reverses" in leaf else tuple(row.get("corrects", ()))
            self.hops[ref] = self.undo(book.rows[ref], book.rows[old], old) if old else self.move(book.rows[ref], ref, named)

    def move(self, row: Any, ref: Any, named: Any) -> list[Any]:
        (pair, amount, covers), split = row, False
        debit, stage, queue = pair.debit, pair.debit.stage, self.queues[pair.debit.id]
        if stage == "ext":
            taken = pop(self.covers[covers["account"]], int(covers["amount"])) if covers else []
            taken, split = taken or [(ref if covers or not named else named, amount)], bool(taken)
        elif stage == "trading": taken, split = [(lot, left) for lot, _, left, _ in self.hops[ref[0], 1]], True
        elif stage == "short":
            taken = [(ref, amount)]
            queue.extend(taken)
        elif pair.kind == "loss":
            cut = [(lot, has, part) for (lot, has), part in zip(queue, share_out(amount, queue), strict=True)]
            self.queues[debit.id] = deque((lot, has - part) for lot, has, part in cut if has > part)
            taken = [(lot, part) for lot, _, part in cut if part]
        else: taken = take(queue, amount, [(named or None, amount)])
        parts = share_out(amount, taken) if split else [has for _, has in taken]
        self.give(pair.credit, [(lot, part) for (lot, _), part in zip(taken, parts, strict=True)], 1)
        if stage == "released" and pair.kind in ("order", "pay"):
            self.covers[pair.credit.id if pair.kind == "order" else debit.id].extend(taken)
        if stage == "committed" and pair.kind == "void": take(self.covers[debit.id], 0, taken)
        return [(lot, part, has, named not in ((), lot)) for (lot, has), part in zip(taken, parts, strict=True) if part or has]

    def undo(self, row: Any, old_row: Any, old: Any) -> list[Any]:
        """The slices that the old row moved go back, out of where they came to, to the head of where they came from."""
        (pair, amount, _), (first, whole, covers), hops, before = row, old_row, self.hops[old], self.undone[old]
        self.undone[old], credit = before + amount, pair.credit
        returned = window([hop[:2] for hop in hops], before, amount)
        returned = returned if pair.debit.stage in UNFLOORED else take(self.queues[pair.debit.id], amount, returned)
        self.give(credit, returned, -1)
        if covers and credit.stage == "ext" and hops and hops[0][0] != old:
            total = sum(hop[2] for hop in hops)
            start, end = total * before // whole, total * (before + amount) // whole
            self.covers[covers["account"]].extendleft(window([(hop[0], hop[2]) for hop in hops], start, end - start)[::-1])
        if first.kind == "pay" and credit.stage == "released": take(self.covers[credit.id], 0, returned)
        return [(lot, has, has, False) for lot, has in returned]

    def give(self, account: Any, parts: list[Any], way: int) -> None:
        """Append the parts, or (way -1) put them back at the head; in a shortfall they pay debts."""
        queue, parts = self.queues[account.id], [part for part in parts if part[1]]
        if account.stage == "short": pop(queue, sum(has for _, has in parts))
        elif account.stage not in UNFLOORED: (queue.extend if way > 0 else queue.extendleft)(parts[::way])

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

def take(queue: deque[Any], amount: int, wishes: list[Any]) -> list[Any]:
    """What is wished, as far as it is there; what then misses to the amount comes from the head."""
    taken = [part for lot, has in wishes for part in pop(queue, has, lot)]
    return taken + pop(queue, amount - sum(has for _, has in taken))

def window(parts: list[Any], start: int, amount: int) -> list[Any]:
    """This much of the parts, after leaving out their first `start`."""
    rest = deque(parts)
    pop(rest, start)
    return pop(rest, amount)

def share_out(total: int, parts: Any) -> list[int]:
    """Split by the amounts of the parts; the largest remainders get what is left, the first of equals first."""
    whole = sum(has for _, has in parts) or 1
    shares = [total * has // whole for _, has in parts]
    order = sorted(range(len(parts)), key=lambda n: -(total * parts[n][1] % whole))[: total - sum(shares)]
    return [part + (n in order) for n, part in enumerate(shares)]

# ------------------------------------------------------------------------------------------------- the tree, its signatures, a donor's file
def hash_of(*parts: bytes) -> bytes: return hashlib.sha256(b"".join(parts)).digest()

def tree_root(hashes: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    while len(hashes) > 1:
        pairs = [hash_of(b"\x01", hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]

def path_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which an inclusion proof of RFC 6962 leads."""
    need((size > 1) == bool(path), "receipt: its proof is too long or too short")
    half = 1 << (size - 1).bit_length() - 1 if size > 1 else 0
    if index < half: return hash_of(b"\x01", path_root(leaf, index, half, path[:-1]), path[-1])
    return hash_of(b"\x01", path[-1], path_root(leaf, index - half, size - half, path[:-1])) if path else leaf

def read_key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    """`name+hash+base64` → name, key id, public key. Kind 1 signs checkpoints, kind 4 cosigns them."""
    name, said, encoded = (*text.split("+", 2), "", "")[:3]
    raw = unbase64(encoded)
    right = len(raw) == 33 and raw[0] == kind and re.fullmatch(r"\S+", name) and said == hash_of(name.encode(), b"\n", raw).hex()[:8]
    need(right, "header: a key has not the form name+hash+key, or a character of it was changed")
    return name, bytes.fromhex(said), raw[1:]

def has_signed(key: str, kind: int, line: str, text: str) -> bool:
    """Whether this line below a checkpoint is its signature by this key; a witness signs the time too."""
    name, key_id, public = read_key(key, kind)
    raw = unbase64(line.removeprefix(f"— {name} "))
    message, skip = (f"{text}\n", 4) if kind == 1 else (f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{text}\n", 12)
    return line.startswith(f"— {name} ") and raw[:4] == key_id and ed25519_is_right(public, message.encode(), raw[skip:])

def read_note(note: str, where: str, log_keys: list[str], witnesses: list[str]) -> tuple[int, bytes, list[str]]:
    """Size and root of a checkpoint that the log signed, and for each line below it the key that signed it, or nothing."""
    (text, _, tail), keys = note.partition("\n\n"), [*((key, 1) for key in log_keys), *((key, 4) for key in witnesses)]
    (origin, size, encoded), lines = (*text.split("\n", 2), "", "")[:3], tail.split("\n")
    named = origin in [read_key(*key)[0] for key in keys] and not lines[-1] and re.fullmatch("[1-9][0-9]{0,14}", size)
    need(named and len(unbase64(encoded)) == 32, f"{where}: it is no checkpoint of this log")
    signers = [next((key for key, kind in keys if has_signed(key, kind, line, text)), "") for line in lines[:-1]]
    need(any(key in signers and key.startswith(f"{origin}+") for key in log_keys), f"{where}: it is not signed by the key of the log")
    return int(size), unbase64(encoded), signers

def check_quorum(policy: str, log_key: str, note: str) -> str:
    """A policy file (C2SP tlog-policy): the log's key stands in it, and its quorum of witnesses cosigned."""
    lines = defaultdict[str, list[list[str]]](list)
    for word, *rest in (line.split() for line in policy.splitlines() if line.strip() and line.strip()[0] != "#"): lines[word].append(rest)
    need(len(lines["quorum"]) == 1 and log_key in [rest[0] for rest in lines["log"]], "policy: it is not of this log, or has no quorum")
    names, quorum = {name: key for name, key, *_ in lines["witness"]}, lines["quorum"][0][0]
    groups = {name: (members, int({"any": 1, "all": len(members)}.get(least, least))) for name, least, *members in lines["group"]}
    signers = read_note(note, "checkpoint", [log_key], list(names.values()))[2]

    def met(name: str) -> bool: return sum(map(met, groups[name][0])) >= groups[name][1] if name in groups else names[name] in signers

    need(quorum == "none" or met(quorum), "policy: not enough of its witnesses cosigned the checkpoint")
    return f"Witnesses: {sum(key in signers for key in names.values())} of {len(names)} in the policy cosigned; its quorum {quorum} is met."

def check_receipt(data: bytes, log_keys: list[str], hashes: list[bytes] | None = None, book: str = "") -> str:
    """A donor's file: this gift, under this receipt number, is in the signed log. With a dump, in the same log as the dump."""
    value = parse(data, "receipt", "receipt")
    (head, _, note), leaf_bytes, (seq, line) = value["proof"].partition("\n\n"), value["leaf"].encode(), value["lot"]
    parse(leaf_bytes + b"\n", "receipt", "leaf")
    need((not log_keys or value["log_key"] in log_keys) and book in ("", value["book"]), "receipt: its log key or book is another")
    leaf, leaf_hash, (size, root, _) = json.loads(leaf_bytes), hash_of(b"\x00", leaf_bytes), read_note(note, "receipt", [value["log_key"]], [])
    start, steps = ["c2sp.org/tlog-proof@v1", f"index {seq}"], [unbase64(step) for step in head.split("\n")[2:]]
    right = head.split("\n")[:2] == start and leaf["seq"] == seq < size and leaf["kind"] in ("gift", "gift_in_kind")
    need(right and len(leaf["rows"]) >= line, "receipt: its proof is not of its gift")
    right = {len(step) for step in steps} <= {32} and len(steps) < 64 and path_root(leaf_hash, seq, size, steps) == root
    need(right, "receipt: its entry is not in the tree of its checkpoint")
    same = hashes is None or (hashes[seq : seq + 1] == [leaf_hash] and (size > len(hashes) or tree_root(hashes[:size]) == root))
    need(same, "receipt: its entry or its checkpoint is not of the log of the dump")
    node, total = hmac.digest(bytes.fromhex(value["key"]), value["receipt"].encode(), "sha256"), leaf["rows"][line - 1]["amount"]
    if "share" not in value:
        need(leaf.get("private", {}).get("reference") == node.hex(), "receipt: its key and number do not make the reference of the gift")
        return f"Receipt {value['receipt']} is gift {seq}.{line} of {leaf['date']}: {total} minor units."
    index, amount, steps, left = value["share"]["index"], int(value["share"]["amount"]), value["share"]["steps"], 0
    node, above = hash_of(b"\x10", node, amount.to_bytes(8, "big")), amount
    for height, step in enumerate(steps):
        sides = [(above, node), (int(step["sum"]), bytes.fromhex(step["hash"]))][:: -1 if index >> height & 1 else 1]
        left, above = left + sides[0][0] * (index >> height & 1), sides[0][0] + sides[1][0]
        node = hash_of(b"\x11", *(part for one, hashed in sides for part in (one.to_bytes(8, "big"), hashed)))
        need(above <= AMOUNT_MAX and height < 32, "receipt: the sums of its share are impossible")
    right = index >> len(steps) == 0 and node.hex() == leaf["batch"]["shares"] and above == int(total)
    need(right, "receipt: the batch holds no such share")
    return f"Receipt {value['receipt']} is a share of batch {seq}.{line} of {leaf['date']}: {amount} of {total}, from {left} on."

# ----------------------------------------------------------------------------------------------------------------------- the whole dump
def read_dump(file: BinaryIO) -> tuple[Value, dict[str, list[Value]], list[bytes]]:
    """The header, all that follows the leaves, and the hashes of the leaves; each line has its one form, the tree is the signed one."""
    head, hashes, parts = parse(file.readline(), "header", "header"), list[bytes](), defaultdict[str, list[Value]](list)
    entries, opened = head["counts"]["entries"], head["counts"]["openings"]
    counts = (("leaf", 0, entries), ("tile", 0, -(-entries // TILE_HASHES)), ("opening", 1, opened), ("checkpoint", 1, 1))
    for shape, n in ((shape, n) for shape, first, count in counts for n in range(first, first + count)):
        line, where = file.readline(), "checkpoint" if shape == "checkpoint" else f"{'entry' if shape == 'leaf' else shape} {n}"
        need(line and entries, "header: its counts make more lines than the file has")
        part = parse(line, where, shape)
        if shape == "leaf":
            need(len(line) <= LEAF_BYTES_MAX + 1, f"{where}: it has more bytes than {LEAF_BYTES_MAX}")
            hashes.append(hash_of(b"\x00", line[:-1]))
        else: parts[shape].append(part)
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

def replay(file: BinaryIO, entries: int, trace: Trace | None) -> Book:
    """Read the leaves once more, each against the book that those before it make."""
    book = Book()
    file.seek(0)
    file.readline()
    for leaf in (json.loads(file.readline()) for _ in range(entries)):
        try: book.take(leaf)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as wrong:
            why = str(wrong) if isinstance(wrong, Wrong) else f"it refers to what is not there: {wrong}"
            raise Wrong(f"entry {book.size}: " + (f"row {book.line}: " if book.line else "") + why) from None
        if trace: trace.follow(book, leaf)
    return book

def verify(source: bytes | BinaryIO, key: str | None = None, **given: Any) -> list[str]:
    """Check a whole dump and what was given beside it (see `main`); the lines of the summary, or Wrong."""
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    head, parts, hashes = read_dump(file)
    history, trace = head.get("key_history", []), Trace() if given.get("trace") else None
    log_keys = [*(one["key"] for one in history), head["log_key"]]
    need(key in (None, *log_keys), "header: the log key is not the one given with --key")
    book = replay(file, len(hashes), trace)
    origin = [book.policy["origin"], *(one["origin"] for one in book.breaks.values() if "origin" in one)][-1]
    need(head["book"] == book.policy["book"] and head["origin"] == origin, "header: book and origin are not those of the entries")
    need(head["log_key"].startswith(f"{origin}+"), "header: the log key has another name than the log")
    for one, new in zip(history, log_keys[1:], strict=True):
        size, root, _ = read_note(one["note"], "header", [one["key"]], [])
        said = book.new_keys.get(one["entry"]) == {"about": "log_key", "key": new, "replaces": one["key"]}
        right = said and one["entry"] < size <= len(hashes) and tree_root(hashes[:size]) == root
        need(right, f"header: the new key of the log is not the one that entry {one['entry']} says, under the old key")
    for seq, one in book.breaks.items():
        size = one.get("adopted", {"size": 0})["size"]
        right = "adopted" not in one or (size <= seq and tree_root(hashes[:size]).hex() == one["adopted"]["root"])
        need(right, f"entry {seq}: the entries before it are not those that were read back")
    places = [(one["of"], one["name"]) for one in parts["opening"]]
    for n, (one, place) in enumerate(zip(parts["opening"], places, strict=True)):
        made = hash_of(bytes.fromhex(one["salt"]), canonical([*place, one["value"]]).encode()).hex()
        need(book.private.get(place) == made, f"opening {n + 1}: it does not open the field {one['name']} of {one['of']}")
        need(n == 0 or places[n - 1] < place, f"opening {n + 1}: it is doubled or out of order")
    lines = summary(book, head, hashes, key)
    for note in given.get("older", ()):
        size, root, _ = read_note(note, "older checkpoint", log_keys, [])
        need(size <= len(hashes) and tree_root(hashes[:size]) == root, f"older checkpoint: its {size} entries do not begin this book")
        lines.append(f"Continues the older checkpoint of {size} entries.")
    if given.get("policy"): lines.append(check_quorum(given["policy"], head["log_key"], parts["checkpoint"][0]["note"]))
    lines += [check_receipt(data, log_keys, hashes, head["book"]) for data in given.get("receipts", ())]
    return [*lines, compare_stewards(book, given.get("stewards", "")), *(way_of(book, trace, given["trace"]) if trace else []), NOTES]

def compare_stewards(book: Book, text: str) -> str:
    """Each line of the list is a role id and a fingerprint or its word code: exactly the keys of the policy in force."""
    given = {tuple(line.split()[:2]) for line in text.splitlines() if line.strip() and line[0] != "#"}
    held = {(key["steward"], name): {(key["steward"], name), (key["steward"], word_code(name))} for name, key in book.keys.items()}
    unlike = [steward for (steward, _), names in held.items() if len(names & given) != 1]
    same = not text or (held and not unlike and len(given) == len(held))
    need(same, "policy: the keys are not those of --stewards", *unlike[:1])
    source = "the keys are those of --stewards." if text else "the stewards' keys were taken from the book itself."
    return f"{book.signed} signatures of stewards are right; {source}" if held else "The policy holds no keys, so decisions are names, not signatures."

def amount_of(book: Book, commodity: str, minor: int) -> str:
    one = book.opened["commodities"][commodity]
    return f"{Decimal(minor).scaleb(-one['scale']):f} {one.get('code', commodity)}"

def way_of(book: Book, trace: Trace, lot: str) -> list[str]:
    """Each hop of one gift."""
    found, lines = tuple(int(part) for part in lot.split(".") if part.isdigit()), [f"The way of gift {lot}:"]
    need(found in book.rows and book.rows[found][0].debit.stage == "ext", f"--trace: {lot} brought nothing")
    for (seq, line), (_, amount, left, other) in ((ref, hop) for ref, hops in trace.hops.items() for hop in hops if hop[0] == found):
        debit, credit = book.rows[seq, line][0].debit, book.rows[seq, line][0].credit
        places = " → ".join(" ".join(filter(None, (end.stage, end.custody))) for end in (debit, credit))
        paid = "" if debit.commodity == credit.commodity and left == amount else f", for {left} minor units"
        lines.append(f"  {seq}.{line}: {amount_of(book, credit.commodity, amount)}, {places}{paid}{', substituted' if other else ''}")
    return lines

def summary(book: Book, head: Value, hashes: list[bytes], key: str | None) -> list[str]:
    lines, waiting = [f"The book {head['book']} holds: {book.size} entries, every rule kept."], Counter[str]()
    for name, stages in sorted(book.trial_balance().items()):
        nets = ", ".join(f"{stage} {amount_of(book, name, net)}" for stage, net in sorted(stages.items()))
        lines.append(f"{nets}; all together {amount_of(book, name, sum(stages.values()))}")
    for place, amount, used in book.movements.values(): waiting[place] += 0 if amount is None else amount - used
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
    ]

def own_digest() -> str: return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()

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
    parser.add_argument("--version", action="version", version=f"awna-verify, SHA-256 {own_digest()}")
    asked = parser.parse_args(argv)
    try:
        need(asked.file or asked.receipt, "Name a dump, or a donor's file with --receipt")
        receipts = [Path(name).read_bytes() for name in asked.receipt]
        policy, stewards, *older = (Path(name).read_text("utf-8", "replace") if name else "" for name in (asked.policy, asked.stewards, *asked.older))
        file = Path(asked.file).open("rb") if asked.file else None  # noqa: SIM115
    except (OSError, Wrong) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        lines = [f"Log key {'given' if asked.key else 'taken from the receipt'}."]
        lines += [check_receipt(data, [asked.key] if asked.key else []) for data in receipts]
        given = {"policy": policy, "stewards": stewards, "older": older, "receipts": receipts, "trace": asked.trace}
        lines = verify(file, asked.key, **given) if file else lines
    except Wrong as wrong:
        print(f"Refused. {wrong}.".encode("ascii", "backslashreplace").decode(), file=sys.stderr)
        return 1
    print("\n".join(lines).encode("ascii", "backslashreplace").decode())
    return 0


if __name__ == "__main__": sys.exit(main())
