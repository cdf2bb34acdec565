"""`awna-verify FILE`: check a dumped book offline, with nothing but this file and Python. docs/book-format.md is what it checks."""

import argparse, base64, hashlib, hmac, io, json, re, sys
from collections import Counter, defaultdict, deque
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

LEAF_BYTES_MAX, TILE_HASHES, BATCH_MIN, AMOUNT_MAX = 65_535, 256, 10, 10**15
RATE_BAND = Fraction(1, 5)  # an exchange that no quorum bounds stays this near to the rate in the book
USUAL = {"cool_down": 0, "change_wait": 0, "recovery_wait": 30, "suspend_days": 7, "pause_days": 14}  # days, where the rules say nothing
DAYS_MAX = {"cool_down": 366, "change_wait": 366, "recovery_wait": 366, "suspend_days": 7, "pause_days": 14}
AGAIN_DAYS = 30  # one steward's pause, and one key's suspension, come again this long after the last was to end
NAMES_ONLY = """DECISIONS IN THIS BOOK ARE NAMES, NOT SIGNATURES: its policy holds no keys, so whoever ran the site could have written them."""
NOTES = """The key governs this book. A payment outside it is found at the next statement and shown in red.
Not provable from a file: that goods exist, that the bank agrees, that a payee is real, that nothing was left out."""

# kind, then for each pair of stages: debit and credit stage (with the only custody types, where said), commodity (m money, g goods, t time)
# needs (D, C: a movement at the debit or the credit end; the others are in NEEDS), custody (= kept, ! changed, . one end outside).
TABLE = """
open ext free m NQW . | ext stock g NQW . | ext advance m NQW . / gift ext free m CN . / receive_goods ext stock g P . |
ext transit:consignment g P . | advance ext m P . / gift_in_kind ext stock g NP . | ext transit:consignment g NP . /
allocate free free m - = / reclass free free m Q = | free short m Q = / hold free held m F = / release held released m QV = /
order released committed m RW = / pay released ext m DER . | committed ext m DER . | released advance m DER ! | committed advance m DER ! /
void held free m V = | committed released m - = | released free m - = | advance free:bank,cash m C ! /
move_goods stock transit:consignment g W ! | stock stock g W ! | transit:consignment stock g W ! / issue stock issued g - ! |
issued stock g - ! / loss stock lost g PW . | transit:consignment lost g PW . | issued lost g PW . | advance lost m QW . |
free:cash lost m QW . | transit:remittance lost m QW . / hours ext issued t P . / remit released transit:remittance m DR ! |
transit:remittance free m CT ! | free:provider transit:remittance m D ! / fx free trading m D . | released trading m DR . |
transit:remittance trading m - . | trading free m C . | trading transit:remittance m - . / fee released ext m DR . |
transit:remittance ext m R . / refund released ext m DLR . | stock ext g LP . / bank_forced free ext m D . | short ext m D . |
ext free m CN .
"""
COMMODITIES = {"m": ("money",), "g": ("material", "medical", "equipment"), "t": ("time",)}
PURSES, BALANCE_STAGES = ("bank", "provider", "cash"), ("free", "held", "released", "committed", "short")
CUSTODIES: dict[str, tuple[str, ...]] = dict.fromkeys(("ext", "lost", "trading"), ("",)) | dict.fromkeys(BALANCE_STAGES, PURSES)
CUSTODIES |= {"advance": ("payee",), "stock": ("place",), "transit": ("consignment", "remittance"), "issued": ("task",)}
UNFLOORED, WITHOUT_ROWS = ("ext", "lost", "trading", "short"), ("memo", "close", "policy", "break")
NOT_REVERSIBLE = ("open", "release", "order", "void", "reclass", "reverse", "correction")
NOT_CORRECTABLE = ("hold", *NOT_REVERSIBLE[1:])
Value = dict[str, Any]  # a parsed line, or an object in it


class Wrong(ValueError): """What is wrong, with the entry or part in front."""

def need(fact: object, why: str, about: str = "") -> None:
    if not fact: raise Wrong(f"{why} {about}".rstrip())

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
                terms = frozenset(wants + more * (wants == "M")), custody, side * (wants == "M"), funds
                if kind not in barred: table[undo, credit, ctype, debit, dtype, thing] = terms
    return table

RULES = build_table()
KINDS = {key[0] for key in RULES} | set(WITHOUT_ROWS)

# ------------------------------------------------- shapes: a name, then shape:key,key; a key alone is its own shape; ? = may be missing;
# [x] = list of x, not empty; =x = the text x. Canonical JSON has one byte form, so a shape is one regular expression over the whole line.
SHAPES_TEXT = """
statement word:about id:custody,commodity? int:number? delta:opening?,closing? [moved]:movements? digest:commitment? |
header =header:type 1:v word:book,origin,log_key counts words:witness_keys [past]:key_history? | log_key =log_key:about word:key,replaces |
receipt =receipt:type 1:v word:receipt,book,log_key digest:key ref:lot text:leaf,proof share? | checkpoint =checkpoint:type text:note |
policy =policy:about word:book,origin int:epoch,k [id]:stewards [key]:keys? [seal]:founding? rules? =paper:by? | share int:index amount [step]:steps |
decision id:steward,proposal digest date digest:key?,nonce? base64:signature?,auth?,client? | custody id id:settles_to? word:type private? |
milestone word:n id:custody,fund,commodity amount:ceiling [word]:evidence? date:earliest? | batch int:n digest:movements,shares |
opens [commodity]:commodities? [fund]:funds? [custody]:custodies? [account]:accounts? | commodity id thing:kind scale word:code? private? |
row int:line id:debit,credit,movement? amount ref:lot?,resolves?,corrects? covers? | seal digest:key,nonce base64:signature,auth?,client? |
account id stage id:fund,commodity,custody?,proposal? word:milestone? private? | rate =rate:about word:from,to,source decimal:rate date |
opening =opening:type 1:v id:of word:name digest:salt text:value | key word:alg,kind,rp?,site? id:steward base64:public |
break =break:about word:origin? seen:lost?,adopted? | close =close:about date:through digest:balances | past int:entry word:key text:note |
suspend =suspend:about word:book id:steward digest:key date:date,until seal? | resume =resume:about sum:pause |
pause =pause:about word:book id:steward date:date,until seal? | declined =declined:about word:book id:steward,proposal date seal? |
rules [band]:bands? [cap]:caps? [office]:offices? [home]:households? days:cool_down?,change_wait?,recovery_wait?,suspend_days?,pause_days? |
band id:commodity int:k amount:upto? int:offices? | cap id:commodity amount:per_day | office id:steward word:office |
home id:steward word:household | tile =tile:type int:first hashes | exact id:debit,credit amount | counts int:entries,openings | fund id id:parent? private? |
seen int:size digest:root | document word:kind digest | covers id:account amount | moved id delta:amount | step digest:hash sum |
proposal 1:v word:book,purpose,nonce id id:target? digest:policy,payee? date:expiry [milestone]:milestones? [exact]:rows?
  [word]:documents? seen? amount:least_arrival? |
leaf 1:v int:seq id kind date id:author,second?,proposal? int:reverses? [row]:rows? opens? private? [document]:documents?
  [decision]:decisions? batch?
"""
PATTERNS = {
    "id": r'"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}"', "word": r'"(?:[^"\\\x00-\x1f]|\\["\\]){1,200}"', "digest": r'"[0-9a-f]{64}"', "1": "1",
    "text": r'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7bef]|1[0-9a-f]))*"', "hashes": r'"(?:[0-9a-f]{64}){1,256}"',
    "date": r'"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"', "amount": r'"(?:[1-9][0-9]{0,14}|10{15})"',
    "sum": r'"(?:0|[1-9][0-9]{0,14}|10{15})"', "delta": r'"(?:0|-?[1-9][0-9]{0,14})"', "decimal": r'"[0-9]{1,9}(?:\.[0-9]{1,12})?"',
    "int": r"(?:0|[1-9][0-9]{0,14})", "days": "(?:0|[1-9][0-9]{0,2})", "scale": "[0-9]", "base64": r'"[A-Za-z0-9+/]+={0,2}"', "kind": f'"(?:{"|".join(sorted(KINDS))})"',
    "ref": r"\[(?:0|[1-9][0-9]{0,14}),[1-9][0-9]{0,4}\]", "stage": f'"(?:{"|".join(CUSTODIES)})"',
    "thing": f'"(?:{"|".join(sum(COMMODITIES.values(), ()))})"',
}
PATTERNS["private"] = r"\{{{word}:{digest}(?:,{word}:{digest})*\}}".format_map(PATTERNS)
PATTERNS["words"] = r"\[(?:{word}(?:,{word})*)?\]".format_map(PATTERNS)
SHAPES = {name: [part.rpartition(":") for part in parts] for name, *parts in map(str.split, SHAPES_TEXT.split("|"))}

def pattern(name: str) -> str:
    """The regular expression of a shape: its keys in order, each followed by a comma and a next key, or by the end."""
    if name[0] == "[": return r"\[{0}(?:,{0})*\]".format(pattern(name[1:-1]))
    if name[0] == "=" or name in PATTERNS: return PATTERNS.get(name) or f'"{name[1:]}"'
    fields = sorted((key.rstrip("?"), key[-1], shape) for shape, _, keys in SHAPES[name] for key in keys.split(","))
    parts = (rf'(?:"{key}":{pattern(shape or key)}(?:,(?=")|(?=\}}))){"?" * (last == "?")}' for key, last, shape in fields)
    return rf"\{{(?!\}}){''.join(parts)}\}}"

MATCHES = {name: re.compile(pattern(name)).fullmatch for name in SHAPES}

def canonical(value: object) -> str: return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
def hash_of(*parts: bytes) -> bytes: return hashlib.sha256(b"".join(parts)).digest()
def digest(value: object) -> str: return hash_of(canonical(value).encode()).hex()

def is_canonical(text: str, shape: str) -> bool:
    """Whether this is the one form of a value of this shape. What a payload says is free; the order of private fields is in no pattern."""
    if '"payload":' not in text and '"private":' not in text: return bool(MATCHES[shape](text))
    try:
        value = json.loads(text, parse_float=str.encode, parse_constant=str.encode)  # bytes, which canonical() cannot write
        whole, payload = canonical(value), value.pop("payload", {"": ""}) if shape in ("leaf", "proposal") else {"": ""}
        return whole == text and bool(whole.encode() and payload and isinstance(payload, dict) and MATCHES[shape](canonical(value)))
    except (ValueError, TypeError, RecursionError): return False

def parse(line: bytes, where: str, shape: str) -> Value:
    """The value of one line that stands in its one form."""
    text = line.decode("utf-8", "replace")
    right = text[-1:] == "\n" and text.encode() == line and is_canonical(text[:-1], shape)
    need(right, where + ": a byte was changed: it is no canonical", shape)
    return {} if shape == "leaf" else dict(json.loads(text))

def unbase64(text: str) -> bytes:
    """The bytes of base64 in its one exact form, else none."""
    try: raw = base64.b64decode(text, validate=True)
    except ValueError: return b""
    return raw if base64.b64encode(raw).decode() == text else b""

# --------------------------------------------------------------- signatures: Ed25519 (RFC 8032) and ECDSA on P-256, with whole numbers only
P, ORDER, D = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, -121665 * pow(121666, -1, 2**255 - 19) % (2**255 - 19)
Q, Q_ORDER = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Q_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
Q_X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
Q_Y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
Point = tuple[int, int] | None  # None is the neutral point

def add(a: Point, b: Point, curve: int) -> Point:
    """The sum of two points of Ed25519 or, by chord or tangent, of P-256."""
    if a is None or b is None or (curve == Q and a[0] == b[0] and (a[1] + b[1]) % Q == 0): return None if a and b else a or b
    (x, y), (u, v) = a, b
    if curve == P:
        inverse = pow(1 - (t := D * x * u * y * v % P) ** 2, -1, P)
        return (x * v + u * y) * (1 - t) * inverse % P, (y * v + x * u) * (1 + t) * inverse % P
    slope = 3 * (x * x - 1) * pow(2 * y, -1, Q) if a == b else (v - y) * pow(u - x, -1, Q)
    return (w := (slope * slope - x - u) % Q), (slope * (x - w) - y) % Q

def times(scalar: int, point: Point, curve: int) -> Point:
    rest = times(scalar >> 1, add(point, point, curve), curve) if scalar > 1 else None
    return add(rest, point, curve) if scalar & 1 else rest

def ed_point(data: bytes) -> Point:
    """The curve point of 32 bytes in their one exact form."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    x = next((x for x in (root, root * pow(2, (P - 1) // 4, P) % P) if (x * x - square) % P == 0), None)
    return None if len(data) != 32 or y >= P or x is None or (sign and not x) else ((P - x if x & 1 != sign else x), y)

def ed25519_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    key, commitment, scalar = ed_point(public), ed_point(signature[:32]), int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    if not key or not commitment or len(signature) != 64 or scalar >= ORDER: return False
    base = ed_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    return (times(scalar, base, P) or (0, 1)) == add(commitment, times(challenge, key, P), P)

def es256_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    """ECDSA with SHA-256; the key is 04 x y, the signature DER, each in its one exact form."""
    end = 4 + (*signature[3:4], 0)[0]
    x, y, r, s = (int.from_bytes(part, "big") for part in (public[1:33], public[33:], signature[4:end], signature[end + 2 :]))
    der = b"".join(bytes([2, n.bit_length() // 8 + 1]) + n.to_bytes(n.bit_length() // 8 + 1, "big") for n in (r, s))
    known = len(public) == 65 and public[0] == 4 and max(x, y) < Q and (y * y - x * x * x + 3 * x - Q_B) % Q == 0
    if not known or len(signature) > 72 or signature != bytes([48, len(der)]) + der or not 0 < r < Q_ORDER > s > 0: return False
    inverse, hashed = pow(s, -1, Q_ORDER), int.from_bytes(hashlib.sha256(message).digest(), "big")
    found = add(times(hashed * inverse % Q_ORDER, (Q_X, Q_Y), Q), times(r * inverse % Q_ORDER, (x, y), Q), Q)
    return found is not None and found[0] % Q_ORDER == r

def steward_signed(key: Value, signed: Value, challenge: bytes) -> bool:
    """A passkey signs on its own site, with the person verified (WebAuthn); a paper key signs with its own prefix (Ed25519)."""
    public, signature = unbase64(key["public"]), unbase64(signed["signature"])
    if key["kind"] == "paper": return ed25519_is_right(public, b"awna/paper/v1" + challenge, signature)
    auth, client = unbase64(signed["auth"]), unbase64(signed["client"])
    said, asked = json.loads(client), base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    need(said["type"] == "webauthn.get" and said["challenge"] == asked, "the key signed another challenge, so another text")
    on_site = said["origin"] == key["site"] and not said.get("crossOrigin") and auth[:32] == hash_of(key["rp"].encode())
    need(on_site, "the key signed on another site than", key["site"])
    need(len(auth) >= 37 and auth[32] & 5 == 5, "the key did not verify the person")
    return es256_is_right(public, auth + hash_of(client), signature)

def word_code(fingerprint: str) -> str:
    """The first six bytes of a fingerprint in words, to compare on paper or on the telephone."""
    starts, ends = "badafagahakalamanaparasatawayaza", "bodifugohikulominuporisutowiyuzo"
    return "-".join(starts[byte >> 4 << 1 :][:2] + ends[(byte & 15) << 1 :][:2] for byte in bytes.fromhex(fingerprint)[:6])

# ------------------------------------------------------------------------------------------------------------------- the rules of a book
NOTHING = SimpleNamespace(value={"expiry": ""}, digest="", epoch=-1, approved="", ended=False, milestones={}, said={}, date="")  # for a proposal that was not filed
NOWHERE = (SimpleNamespace(kind="", debit=SimpleNamespace(stage="")), 0, None)  # for a row that is not there
PLAIN = {"custody": "", "proposal": "", "milestone": "", "net": 0, "coverable": 0, "covered": 0}

class Book(SimpleNamespace):
    """The book after some entries; it takes one more leaf, or raises what is wrong."""

    newest = unsigned = ""

    def __init__(self) -> None:
        super().__init__(
            opened={"commodities": {}, "funds": {}, "custodies": {}, "accounts": {}}, ids=set(), sealed=set(), resolved=set(), policy={},
            keys={}, accounts={}, pairs={}, rows={}, private={}, filed={}, movements={}, closings={}, new_keys={}, breaks={}, size=0,
            line=0, signed=0, corrected=Counter(), slips=Counter(), rates=defaultdict(list), closed_through="", pauses={},
            suspended=defaultdict(list), stops={}, used=Counter(), released=Counter(), rules=USUAL, caps={}, homes={}, offices={})

    def trial_balance(self) -> dict[str, Counter[str]]:
        sums, moved = defaultdict[str, Counter[str]](Counter), {name for pair in self.pairs for name in pair[1:]}
        for account in (self.accounts[name] for name in moved): sums[account.commodity][account.stage] += account.net
        return sums

    def take(self, leaf: Value) -> None:
        kind, rows, payload, self.line = leaf["kind"], leaf.get("rows", ()), leaf.get("payload", {}), 0
        if leaf["seq"] != self.size or leaf["id"] in self.ids: raise Wrong("its number is not its place, or its id was used before")
        if bool(rows) == (kind in WITHOUT_ROWS): raise Wrong("its kind has no rows, or needs some")
        if self.size == 0 and kind != "policy": raise Wrong("entry 0 must be the founding policy")
        if leaf["date"] <= self.closed_through: raise Wrong("it is dated inside a period that was closed")
        if ("reverses" in leaf) != (kind == "reverse"): raise Wrong("reversing and naming an entry to reverse go together")
        if "batch" in leaf:
            single = kind == "gift" and len(rows) == 1 and "movement" not in rows[0]
            need(single and leaf["batch"]["n"] >= BATCH_MIN, "it is no batch of ten gifts or more")
        self.ids.add(leaf["id"])
        if "opens" in leaf or "private" in leaf: self.open(leaf, leaf.get("opens", {}))
        if kind == "memo" and payload.get("about") in MEMOS: MEMOS[payload["about"]](self, leaf, payload)
        for one in leaf.get("decisions", ()): self.decide(leaf, one)
        filed = self.filed.get(leaf["proposal"], NOTHING) if "proposal" in leaf else NOTHING
        if kind in WHOLE: WHOLE[kind](self, leaf, rows or payload, filed)
        elif kind == "memo" and payload.get("about") == "resume": self.resume(leaf, payload, filed)
        if leaf["date"] > self.newest: self.newest = leaf["date"]
        for account in [account for row in rows for account in self.move(leaf, row, kind, filed)]:
            if account.net < 0: need(account.stage in UNFLOORED, "an account falls below zero:", account.id)
            elif account.net > 0: need(account.stage != "short", "a shortfall rises above zero")
            if account.covered > account.coverable: raise Wrong("receipts cover more than was committed or paid")
        self.size += 1

    def move(self, leaf: Value, row: Value, kind: str, filed: Any) -> list[Any]:
        """One row: its pair of stages and what that needs; then it moves. The accounts whose limits it may have crossed."""
        self.line += 1
        if row["line"] != self.line: raise Wrong("its rows are not numbered from 1")
        pair = self.pairs.get((kind, row["debit"], row["credit"])) or self.pair(kind, row["debit"], row["credit"])
        if pair.letters or kind == "allocate": self.check(leaf, row, pair)
        if pair.bound: self.check_proposal(leaf, row, pair, filed)
        if len(row) > 4:
            need("resolves" not in row or "V" in pair.letters, "it resolves a hold, which its kind cannot")
            need(("corrects" in row) == (kind == "correction"), "correcting and naming the row go together")
            lot = self.rows.get(tuple(row["lot"]), NOWHERE)[0] if "lot" in row else None
            need(lot is None or lot.debit.stage == "ext", "its lot is no row that brought something")
        amount, covers = int(row["amount"]), row.get("covers")
        self.rows[leaf["seq"], self.line] = (pair, amount, covers)
        pair.debit.net -= amount
        pair.credit.net += amount
        if pair.clears: pair.debit.coverable += amount * pair.clears
        if pair.opens: pair.credit.coverable += amount
        if not covers: return [pair.debit, pair.credit]
        self.accounts[covers["account"]].covered += int(covers["amount"])
        return [pair.debit, pair.credit, self.accounts[covers["account"]]]

    def pair(self, kind: str, debit_id: str, credit_id: str) -> Any:
        """What holds for every row of this kind between two accounts, found once."""
        need(debit_id in self.accounts and credit_id in self.accounts, "it names an account that is not open")
        debit, credit, fund = self.accounts[debit_id], self.accounts[credit_id], self.accounts[credit_id].fund
        need(debit is not credit and debit.commodity == credit.commodity, "its accounts are one, or hold two commodities")
        key = (kind, debit.stage, debit.type, credit.stage, credit.type, self.opened["commodities"][debit.commodity]["kind"])
        letters, custody, end, fund_may_change = RULES.get(key, (frozenset[str](), "", "", False))
        need(custody, f"{kind} may not go from {debit.stage} to {credit.stage}")
        need(custody == "." or (debit.custody == credit.custody) == (custody == "="), "the custody is wrong")
        for _ in self.opened["funds"] if kind == "allocate" else ():
            fund = self.opened["funds"].get(fund, {}).get("parent") if fund != debit.fund else fund
        allowed = fund == debit.fund or (fund_may_change and (kind != "allocate" or debit.fund == "unidentified"))
        need(allowed, "the fund may not change, or only become narrower")
        part, place = credit if kind == "hold" else debit, {"debit": debit.custody, "credit": credit.custody, "": ""}[end]
        # Receipts may cover what was ordered, paid without an order, or given in advance, less what was freed again.
        clears = {"pay released": 1, "void committed": -1, "void advance": -1}.get(f"{kind} {debit.stage}", 0)
        self.pairs[kind, debit_id, credit_id] = pair = SimpleNamespace(
            kind=kind, debit=debit, credit=credit, letters=letters, place=place, sign=1 if end == "credit" else -1,
            carried={debit.proposal, credit.proposal} - {""}, part=(part.milestone, part.commodity), clears=clears,
            opens=f"{kind} {credit.stage}" in ("order committed", "pay advance"), charges=f"{kind} {debit.stage}" == "fee transit",
            bound=kind in ("fee", "void") or letters & set("EFQRTV"))
        return pair

    def check(self, leaf: Value, row: Value, pair: Any) -> None:
        """What a row needs, letter by letter, and what its kind asks besides."""
        letters, kind, debit = pair.letters, pair.kind, pair.debit
        if "M" in letters and "batch" not in leaf: self.use_movement(row, pair)
        if "N" in letters: need("lot" not in row or kind == "bank_forced", "it brings something new and names an old lot")
        if "P" in letters: need(leaf.get("second", leaf["author"]) != leaf["author"], "no second person confirmed it")
        if "W" in letters: need("documents" in leaf, "its document is missing")
        if "L" in letters: need("lot" in row, "it names no gift that it returns")
        if kind == "allocate": need("lot" in row or debit.fund != "unidentified", "it names no gift that it identifies")
        if kind == "bank_forced" and debit.stage == "short":
            place = {"stage": "free", "custody": debit.custody, "fund": debit.fund, "commodity": debit.commodity}.items()
            need(not any(one.net for one in self.accounts.values() if place <= vars(one).items()), "money is still free there")

    def use_movement(self, row: Value, pair: Any) -> None:
        """The bank's line or slip lies in this custody, has this direction, and is not used beyond its amount; undoing may free it."""
        if "movement" not in row: raise Wrong("no bank line or slip stands behind it")
        name, place, sign = row["movement"], pair.place, pair.sign
        custody, amount, used = self.movements.get(name) or (place, None, 0)
        if name not in self.movements: need(place not in self.closings or place in self.sealed, "no statement or slip lists its movement")
        if custody != place: raise Wrong("its movement belongs to another custody")
        if sign * (amount or sign) < 0 and pair.kind not in ("reverse", "correction"): raise Wrong("its movement goes the other way")
        self.movements[name] = within(place, amount, used + sign * int(row["amount"]))

    def check_proposal(self, leaf: Value, row: Value, pair: Any, filed: Any) -> None:
        """What a row needs of the proposal that it carries out, and what it uses up of it."""
        letters, kind, debit, credit, own = pair.letters, pair.kind, pair.debit, pair.credit, {filed.value.get("id")}
        milestone = filed.milestones.get(pair.part, {})
        if "F" in letters:
            need(pair.carried == own, "no such proposal was filed for it")
            need(leaf["date"] <= filed.value["expiry"] and not filed.ended, "its proposal had ended")
            asked = {"ceiling": row["amount"], "custody": credit.custody, "fund": credit.fund}
            need(asked.items() <= milestone.items(), "it is not the milestone's ceiling, custody and fund")
            need(pair.part not in filed.held and credit.fund != "unidentified", "the milestone is held already, or its purpose unknown")
            filed.held.add(pair.part)
        if "T" in letters and credit.custody != self.opened["custodies"][debit.custody].get("settles_to"):
            need(filed.approved and pair.carried <= own, "no quorum of stewards approved it, or its accounts belong to another proposal")
            need(not self.is_paused(leaf), "the book was paused")
            need(filed.value.get("target") == credit.custody, "it arrives elsewhere than the proposal says")
        if letters & {"Q", "R"}:
            need(filed.approved, "no quorum of stewards approved it")
            need(not self.is_paused(leaf), "the book was paused")
        if "R" in letters: need(pair.carried == own, "its accounts belong to another proposal")
        if "Q" in letters: need(leaf["date"] <= filed.value["expiry"], "its proposal had ended")
        if kind in ("release", "order"): need(pair.carried <= own and not filed.ended, "its proposal is another, or was ended by a void")
        if kind == "release":
            cooled = not self.rules["cool_down"] or leaf["date"] >= later(filed.approved, self.rules["cool_down"])
            need(cooled, "it is released before the cool-down has ended")
            self.released[leaf["date"], debit.commodity] += int(row["amount"])
            within_cap = self.released[leaf["date"], debit.commodity] <= self.caps.get(debit.commodity, AMOUNT_MAX**2)
            need(within_cap, "more is released than the cap of a day")
        elif "Q" in letters:
            filed.allowed[row["debit"], row["credit"], row["amount"]] -= 1
            left = filed.allowed[row["debit"], row["credit"], row["amount"]]
            need(left >= 0, "the stewards did not approve this row, or it was posted before")
        if "V" in letters:
            ref = tuple(row.get("resolves", ()))
            old, amount, _ = self.rows.get(ref, NOWHERE)
            once = amount == int(row["amount"]) and ref not in self.resolved and not self.corrected[ref]
            need(once and old.kind == "hold" and old.credit is debit, "it resolves no hold, whole and once")
            self.resolved.add(ref)
        if "E" in letters:
            need(leaf["date"] >= milestone.get("earliest", ""), "it is before the milestone's earliest date")
            need({one["kind"] for one in leaf.get("documents", ())} >= set(milestone.get("evidence", ())), "its evidence is missing")
        if kind == "fee" and debit.stage == "released": need(debit.milestone == "charges", "it is not of the milestone of charges")
        if pair.charges:
            filed.charged[debit.commodity] += int(row["amount"])
            cap = filed.milestones.get(("charges", debit.commodity), {"ceiling": "0"})["ceiling"]
            need(filed.charged[debit.commodity] <= int(cap), "the charges are above their cap")
        if kind == "void":
            need(pair.carried <= own, "it frees what belongs to another proposal")
            filed.ended |= bool(pair.carried) and credit.stage == "free"

    def take_back(self, leaf: Value, rows: list[Value], filed: Any) -> None:
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
            once = self.corrected[ref] <= amount and ref not in self.resolved
            need(once, "it takes back more than the row, or what was resolved, corrected or reversed before")
            pair.debit.coverable -= part * pair.clears
            pair.credit.coverable -= part * pair.opens
            if pair.kind == "hold": self.filed[pair.credit.proposal].held.discard(pair.part)
            if seq is None: continue
            if covers: self.accounts[covers["account"]].covered -= int(covers["amount"])
            if pair.charges: self.filed[pair.debit.proposal].charged[pair.debit.commodity] -= part

    def exchange(self, leaf: Value, rows: list[Value], filed: Any) -> None:
        """Two rows that meet in trading, at a rate near the one in the book, or with at least what the stewards asked."""
        need(len(rows) == 2, "an exchange has two rows")
        start, out, back, end = ends = [self.accounts[row[side]] for row in rows for side in ("debit", "credit")]
        meets = out.stage == back.stage == "trading" and len({one.fund for one in ends}) == 1 and start.commodity != end.commodity
        need(meets, "its rows do not meet in trading, in one fund and two currencies")
        sold, bought = (self.opened["commodities"][one.commodity] for one in (start, end))
        left, came = (Fraction(int(row["amount"]), 10 ** one["scale"]) for row, one in zip(rows, (sold, bought), strict=True))
        said = filed.value if filed.approved and not self.is_paused(leaf) else {}
        aims = (said.get("target"), self.opened["custodies"].get(start.custody, {}).get("settles_to"))
        need((start.stage, end.stage) != ("transit", "free") or end.custody in aims, "it arrives elsewhere than the proposal says")
        rates = (one for one in self.rates[sold.get("code"), bought.get("code")] if one[0] <= leaf["date"])
        fair = left * max(rates, default=("", 0, 0, Fraction(0)))[3]
        fits = int(rows[1]["amount"]) >= int(said["least_arrival"]) if "least_arrival" in said else abs(came - fair) <= fair * RATE_BAND
        need(fits, "it is not near a rate in the book, nor what the stewards asked at least")

    def act(self, leaf: Value, payload: Value, filed: Any, *decided: str) -> None:
        """A break, a resume, and each policy but the first: the quorum approved exactly this payload."""
        right = all(decided or [filed.approved]) and filed.value.get("payload") == payload and leaf["date"] <= filed.value["expiry"]
        need(right, "no quorum of stewards approved exactly this", payload["about"])
        if leaf["kind"] == "break":
            need(not self.is_paused(leaf), "the book was paused")
            self.breaks[self.size] = shaped(payload, "break")

    def govern(self, leaf: Value, payload: Value, filed: Any) -> None:
        """The first policy is signed by all its keys; each later one was approved by the quorum of the one before, and has waited."""
        new, old, keys, founding = shaped(payload, "policy"), self.policy, payload.get("keys", []), payload.get("founding", [])
        need(new["epoch"] == (old["epoch"] + 1 if old else 0), "its epoch is not the next")
        stewards, policy = set(new["stewards"]), {name: part for name, part in new.items() if name != "founding"}
        need(1 <= new["k"] <= len(stewards) == len(new["stewards"]), "its quorum is not possible")
        held = {hash_of(unbase64(key["public"])).hex(): key for key in keys}
        if old: self.succeed(leaf, payload, filed, {name: key["steward"] for name, key in held.items()})
        need(keys or not self.keys, "a policy with keys cannot be followed by one without")
        need(old or "by" not in new, "the first policy cannot be made by the keys on paper")
        if old and keys and not self.keys: self.unsigned = f"The first keys came in epoch {new['epoch']}, by decisions that are names."
        vars(self).update(policy=new, keys=held)
        self.take_rules(new.get("rules", {}), stewards)
        owned = {(key["steward"], key["kind"], key["alg"], "rp" in key and "site" in key) for key in keys}
        wanted = {(one, *kind) for one in stewards for kind in (("paper", "ed25519", False), ("passkey", "es256", True))}
        need(not keys or (len(self.keys) == len(keys) and owned == wanted), "not every steward has a passkey and a paper key")
        for one in founding: self.check_signed(one, b"awna/found/v1", digest(policy))
        need(old or {one["key"] for one in founding} == self.keys.keys(), "the founding is not signed by all its keys")

    def succeed(self, leaf: Value, payload: Value, filed: Any, owners: dict[str, str]) -> None:
        """A new policy: keys that it drops do not count, the old rules do; by paper all stewards but one, with these keys, after long."""
        by_paper, said = "by" in payload, {one: (day, key) for one, (day, key) in filed.said.items() if not self.keys or owners.get(key) == one}
        if by_paper: said = {one: (day, key) for one, (day, key) in said.items() if self.keys[key]["kind"] == "paper"}
        k, offices = (max(1, len(self.policy["stewards"]) - 1), 0) if by_paper else self.needed(filed.value)
        decided = self.decided_on(said, k, offices, {} if by_paper else self.homes)
        self.act(leaf, payload, filed, decided if filed.epoch == self.policy["epoch"] else "")
        waited = leaf["date"] >= max(decided * bool(self.keys), later(filed.date, self.rules["recovery_wait" if by_paper else "change_wait"]))
        need(waited, "the new policy comes before its wait has ended")

    def take_rules(self, rules: Value, stewards: set[str]) -> None:
        """Bands, caps, offices and households of a policy, which these stewards can fulfil."""
        offices, homes, bands = rules.get("offices", []), rules.get("households", []), rules.get("bands", [])
        vars(self).update(rules=USUAL | rules, caps={one["commodity"]: int(one["per_day"]) for one in rules.get("caps", ())})
        vars(self).update(offices={one["steward"]: one["office"] for one in offices}, homes={one["steward"]: one["household"] for one in homes})
        ends = {(one["commodity"], one.get("upto")) for one in bands}
        once = len(self.offices) + len(self.homes) + len(self.caps) + len(ends) == sum(map(len, (offices, homes, rules.get("caps", ()), bands)))
        known = stewards >= self.offices.keys() | self.homes.keys() and all(self.rules[name] <= most for name, most in DAYS_MAX.items())
        asked = [(self.policy["k"], 0), *((one["k"], one.get("offices", 0)) for one in bands)]
        most, names = len({self.homes.get(one, (one,)) for one in stewards}), len(set(self.offices.values()))
        possible = all(1 <= k <= most and count <= min(k, names) for k, count in asked)
        need(once and known and possible, "its quorum is not possible, or its rules name somebody twice, a stranger, or too many days")

    def needed(self, value: Value) -> tuple[int, int]:
        """How many households and offices must say yes: the band of what all milestones ask, else the strictest; the policy's k at least."""
        said, sums, asked = self.rules.get("bands", []), Counter[str](), []
        for one in value.get("milestones", ()): sums[one["commodity"]] += int(one["ceiling"])
        bands = sorted((one["commodity"], int(one.get("upto", AMOUNT_MAX**2)), one["k"], one.get("offices", 0)) for one in said)
        for commodity, total in sums.items():
            own = [one for one in bands if one[0] == commodity]
            asked += [one for one in own if one[1] >= total][:1] or bands * bool(own)
        if not sums or value.keys() & {"rows", "payload", "least_arrival"}: asked = bands
        return max([self.policy["k"], *(k for *_, k, _ in asked)]), max([0, *(offices for *_, offices in asked)])

    def decided_on(self, said: dict[str, tuple[str, str]], k: int, offices: int, homes: dict[str, str]) -> str:
        """The date of the deciding yes: each household counts once. Nothing while more is needed."""
        for day in sorted({day for day, _ in said.values()}):
            yes = [one for one, (when, _) in said.items() if when <= day]
            enough = len({homes.get(one, (one,)) for one in yes}) >= k
            if enough and len({self.offices[one] for one in yes if one in self.offices}) >= offices: return day
        return ""

    def is_paused(self, leaf: Value) -> bool: return any(leaf["date"] <= until for until in self.pauses.values())

    def stop(self, leaf: Value, payload: Value) -> None:
        """What one steward says alone: she suspends a key or pauses the book, for some days and not soon again, or declines a proposal."""
        about, steward, day = payload["about"], shaped(payload, payload["about"])["steward"], leaf["date"]
        own = payload["book"] == self.policy["book"] and payload["date"] == day and steward in self.policy["stewards"]
        need(own, "it is of another book or day, or of no steward:", about)
        need(about != "suspend" or payload["key"] in self.keys, "the policy holds no such key to suspend")
        if self.keys or "seal" in payload:
            plain = {name: part for name, part in payload.items() if name != "seal"}
            self.check_signed(payload.get("seal", {}), f"awna/{about}/v1".encode(), digest(plain), steward)
            self.check_in_force(payload["seal"]["key"], leaf, day)
        self.used[about] += 1
        if about == "declined":
            filed = self.filed.get(payload["proposal"], NOTHING)
            in_time = day <= filed.value["expiry"] and filed.epoch == self.policy["epoch"] and steward not in filed.said.keys() | filed.declined
            need(in_time, "somebody declines what is not open, or decides twice:", steward)
            filed.declined.add(steward)
            return
        last = self.stops.get((about, name := payload.get("key", steward)))
        need(day <= payload["until"] <= later(day, self.rules[about + "_days"]), "it lasts longer than the policy allows:", about)
        need(last is None or day >= later(last, AGAIN_DAYS), "it comes again too soon:", about)
        self.stops[about, name] = payload["until"]
        if about == "pause": self.pauses[self.size] = payload["until"]
        else: self.suspended[name].append((day, payload["until"]))

    def resume(self, leaf: Value, payload: Value, filed: Any) -> None:
        self.used["resume"] += 1
        self.act(leaf, shaped(payload, "resume"), filed)
        need(self.pauses.pop(int(payload["pause"]), "") >= leaf["date"], "it ends a pause that does not hold")

    def check_in_force(self, key: str, leaf: Value, day: str) -> None:
        """Not suspended on that day; and while it is, nothing that the key signed may be posted, since days are not signed."""
        for since, until in self.suspended.get(key, ()):
            need(leaf["date"] > until and not since <= day <= until, "its key was suspended then:", self.keys[key]["steward"])

    def check_signed(self, signed: Value, prefix: bytes, said: str, steward: str = "") -> None:
        key = self.keys.get(signed.get("key"), {"steward": None})
        need(key["steward"] and steward in ("", key["steward"]), "the policy holds no such key of", steward or "a steward")
        right = steward_signed(key, signed, hash_of(prefix, bytes.fromhex(said + signed["nonce"])))
        need(right, f"the signature of {key['steward']} is wrong")
        self.signed += 1

    def decide(self, leaf: Value, one: Value) -> None:
        filed, steward = self.filed.get(one["proposal"], NOTHING), one["steward"]
        need(one["digest"] == filed.digest, "a decision is about no proposal in the book, or another text")
        in_time = one["date"] <= filed.value["expiry"] and filed.epoch == self.policy["epoch"]
        need(in_time, "a decision came after the proposal had ended, or under a newer policy")
        new = steward in self.policy["stewards"] and steward not in filed.said.keys() | filed.declined
        need(new, "somebody is no steward or decides twice:", steward)
        need(filed.value["purpose"] in ("policy", "resume") or not self.is_paused(leaf), "it carries a decision while the book was paused")
        if self.keys or "key" in one: self.check_signed(one, b"awna/approve/v1", filed.digest, steward)
        self.check_in_force(one.get("key", ""), leaf, one["date"])
        filed.said[steward] = (one["date"], one.get("key", ""))
        filed.approved = self.decided_on(filed.said, *self.needed(filed.value), self.homes)

    def file(self, leaf: Value, payload: Value) -> None:
        value = shaped(payload.get("proposal", {}), "proposal")
        need(value["id"] == leaf.get("proposal") and value["id"] not in self.filed, "its proposal has another id, or one filed before")
        need(value["book"] == self.policy["book"] and value["policy"] == digest(self.policy), "the proposal is for another book or policy")
        self.filed[value["id"]] = SimpleNamespace(
            value=value, digest=digest(value), epoch=self.policy["epoch"], date=leaf["date"], said={}, declined=set(), held=set(),
            charged=Counter(), approved="", ended=False, allowed=Counter((row["debit"], row["credit"], row["amount"]) for row in value.get("rows", ())),
            milestones={(one["n"], one["commodity"]): one for one in value.get("milestones", ())})

    def state(self, leaf: Value, payload: Value) -> None:
        """A statement or numbered slip: the movements of a purse, or no more than a commitment to them."""
        said, custody = shaped(payload, "statement"), payload["custody"]
        need(self.opened["custodies"].get(custody, {}).get("type") in PURSES, "it is no statement of a purse")
        moved, before, last = said.get("movements", ()), said.get("opening", self.closings.get(custody)), self.slips[custody]
        need(said.get("number", last) - last in (0, 1), "a slip's number is not the next")
        after = None if before is None else int(before) + sum(int(one["amount"]) for one in moved)
        self.slips[custody], self.closings[custody] = said.get("number", last), int(said["closing"]) if "closing" in said else after
        if "commitment" in said: self.sealed.add(custody)
        for one in moved:
            place, amount, used = self.movements.get(one["id"], (custody, None, 0))
            need((place, amount) == (custody, None), "a movement is listed twice, or is of another custody")
            self.movements[one["id"]] = within(custody, int(one["amount"]), used)

    def rate(self, leaf: Value, payload: Value) -> None:
        said, rate = shaped(payload, "rate"), Fraction(payload["rate"])
        need(rate, "it is no rate")
        self.rates[said["from"], said["to"]].append((said["date"], self.size, 0, rate))
        self.rates[said["to"], said["from"]].append((said["date"], self.size, 1, 1 / rate))

    def rekey(self, leaf: Value, payload: Value) -> None: self.new_keys[self.size] = shaped(payload, "log_key")

    def close(self, leaf: Value, payload: Value, filed: Any) -> None:
        balances = {name: {stage: str(net) for stage, net in stages.items()} for name, stages in self.trial_balance().items()}
        need(shaped(payload, "close")["balances"] == digest(balances), "its trial balance is not that of the book")
        self.closed_through = payload["through"]

    def open(self, leaf: Value, opens: Value) -> None:
        for name, one in (("", leaf), *((name, one) for name, new in opens.items() for one in new)):
            private = {(one["id"], field): commitment for field, commitment in one.get("private", {}).items()}
            fresh = one["id"] not in self.opened.get(name, ()) and not private.keys() & self.private.keys()
            need(fresh, "it is opened twice, or has a private field twice:", one["id"])
            self.private.update(private)
            self.opened.get(name, {})[one["id"]] = one
        for one in opens.get("accounts", ()):
            kind = self.opened["custodies"][one["custody"]]["type"] if "custody" in one else ""
            self.accounts[one["id"]] = account = SimpleNamespace(**PLAIN | one, type=kind)
            known = account.fund in self.opened["funds"] and account.commodity in self.opened["commodities"]
            need(known and kind in CUSTODIES[account.stage], "its fund, commodity or custody is not open or fitting: account", account.id)

def later(day: str, days: int) -> str: return (date.fromisoformat(day) + timedelta(days)).isoformat() if days else day

def shaped(payload: Value, shape: str) -> Value:
    need(is_canonical(canonical(payload), shape), "its payload is not a", shape)
    return payload

def within(place: str, amount: int | None, used: int) -> tuple[str, int | None, int]:
    """A movement, which is used in its direction, and no more than there is."""
    if amount is not None: need(min(amount, 0) <= used <= max(amount, 0), "movement used beyond its amount, beyond what its statement says")
    return place, amount, used

MEMOS = {"proposal": Book.file, "statement": Book.state, "slip": Book.state, "rate": Book.rate, "log_key": Book.rekey}
MEMOS |= dict.fromkeys(("suspend", "pause", "declined"), Book.stop)
WHOLE: dict[str, Any] = {"policy": Book.govern, "close": Book.close, "break": Book.act, "fx": Book.exchange}
WHOLE |= dict.fromkeys(("reverse", "correction"), Book.take_back)

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
        (pair, amount, covers), queue, split = row, self.queues[row[0].debit.id], False
        debit, stage = pair.debit, pair.debit.stage
        if stage == "ext":
            taken = pop(self.covers[covers["account"]], int(covers["amount"])) if covers else []
            taken, split = taken or [(ref if covers or not named else named, amount)], bool(taken)
        elif stage == "trading": taken, split = [(lot, left) for lot, _, left, _ in self.hops[ref[0], 1]], True
        elif stage == "short": queue.extend(taken := [(ref, amount)])
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
        self.undone[old], credit, returned = before + amount, pair.credit, window([hop[:2] for hop in hops], before, amount)
        if pair.debit.stage not in UNFLOORED: returned = take(self.queues[pair.debit.id], amount, returned)
        self.give(credit, returned, -1)
        if covers and credit.stage == "ext" and hops and hops[0][0] != old:
            start, end = (sum(hop[2] for hop in hops) * part // whole for part in (before, before + amount))
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
    pop(rest := deque(parts), start)
    return pop(rest, amount)

def share_out(total: int, parts: Any) -> list[int]:
    """Split by the amounts of the parts; the largest remainders get what is left, the first of equals first."""
    whole = sum(has for _, has in parts) or 1
    shares = [total * has // whole for _, has in parts]
    order = sorted(range(len(parts)), key=lambda n: -(total * parts[n][1] % whole))[: total - sum(shares)]
    return [part + (n in order) for n, part in enumerate(shares)]

# ------------------------------------------------------------------------------------------------- the tree, its signatures, a donor's file
def tree_root(hashes: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    while len(hashes) > 1:
        pairs = [hash_of(b"\x01", hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0] if hashes else hash_of()

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
    need(named and len(root := unbase64(encoded)) == 32, f"{where}: it is no checkpoint of this log")
    signers = [next((key for key, kind in keys if has_signed(key, kind, line, text)), "") for line in lines[:-1]]
    need(any(key in signers and key.startswith(f"{origin}+") for key in log_keys), f"{where}: it is not signed by the key of the log")
    return int(size), root, signers

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
    leaf, leaf_hash = json.loads(leaf_bytes), hash_of(b"\x00", leaf_bytes)
    need((not log_keys or value["log_key"] in log_keys) and book in ("", value["book"]), "receipt: its log key or book is another")
    (size, root, _), path = read_note(note, "receipt", [value["log_key"]], []), [unbase64(step) for step in head.split("\n")[2:]]
    right = head.split("\n")[:2] == ["c2sp.org/tlog-proof@v1", f"index {seq}"] and leaf["seq"] == seq < size
    need(right and leaf["kind"] in ("gift", "gift_in_kind") and len(leaf["rows"]) >= line, "receipt: its proof is not of its gift")
    right = {len(step) for step in path} <= {32} and len(path) < 64 and path_root(leaf_hash, seq, size, path) == root
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
        (low, one), (high, other) = ((above, node), (int(step["sum"]), bytes.fromhex(step["hash"])))[:: -1 if index >> height & 1 else 1]
        left, above = left + low * (index >> height & 1), low + high
        node = hash_of(b"\x11", low.to_bytes(8, "big"), one, high.to_bytes(8, "big"), other)
        need(above <= AMOUNT_MAX and height < 32, "receipt: the sums of its share are impossible")
    need((index >> len(steps), node.hex(), above) == (0, leaf["batch"]["shares"], int(total)), "receipt: the batch holds no such share")
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
    listed, firsts = b"".join(bytes.fromhex(tile["hashes"]) for tile in parts["tile"]), [tile["first"] for tile in parts["tile"]]
    need(firsts == list(range(0, entries, TILE_HASHES)) and len(listed) == 32 * entries, "tile 0: the tiles do not list each entry once")
    size, root, signers = read_note(parts["checkpoint"][0]["note"], "checkpoint", [head["log_key"]], head["witness_keys"])
    changed, signed = next((n for n, one in enumerate(hashes) if listed[32 * n : 32 * n + 32] != one), -1), tree_root(hashes) == root
    need(changed < 0 or not signed, f"tile {changed // TILE_HASHES}: its hash of entry {changed} was changed")
    need(changed < 0, f"entry {changed}: a byte was changed: it is not the entry in the signed tree")
    need(signed and size == entries, "checkpoint: the entries are not the tree that it signs")
    need(sorted(signers) == sorted([head["log_key"], *head["witness_keys"]]), "checkpoint: a signature is wrong or of no key in the header")
    return head, parts, hashes

def replay(file: BinaryIO, entries: int, trace: Trace | None) -> Book:
    """Read the leaves once more, each against the book that those before it make."""
    book = Book()
    file.seek(0)
    for leaf in map(json.loads, islice(file, 1, entries + 1)):
        try: book.take(leaf)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as wrong:
            why = f"row {book.line}: " * bool(book.line) + "it refers to what is not there: " * (not isinstance(wrong, Wrong)) + str(wrong)
            raise Wrong(f"entry {book.size}: {why}") from None
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
    named = (head["book"], head["origin"], head["log_key"].split("+")[0]) == (book.policy["book"], origin, origin)
    need(named, "header: book and origin, or the name of the log key, are not those of the entries")
    for one, new in zip(history, log_keys[1:], strict=True):
        size, root, _ = read_note(one["note"], "header", [one["key"]], [])
        said = book.new_keys.get(one["entry"]) == {"about": "log_key", "key": new, "replaces": one["key"]}
        right = said and one["entry"] < size <= len(hashes) and tree_root(hashes[:size]) == root
        need(right, f"header: the new key of the log is not the one that entry {one['entry']} says, under the old key")
    for seq, one in book.breaks.items():
        read = one.get("adopted", {"size": seq, "root": tree_root(hashes[:seq]).hex()})
        right = read["size"] <= seq and tree_root(hashes[: read["size"]]).hex() == read["root"]
        need(right, f"entry {seq}: the entries before it are not those that were read back")
    before = ("", "")
    for n, one in enumerate(parts["opening"], 1):
        place, made = (one["of"], one["name"]), canonical([one["of"], one["name"], one["value"]]).encode()
        need(place > before, f"opening {n}: it is doubled or out of order")
        before, right = place, book.private.get(place) == hash_of(bytes.fromhex(one["salt"]), made).hex()
        need(right, f"opening {n}: it does not open the field {one['name']} of {one['of']}")
    lines = summary(book, head, hashes, key)
    for note in given.get("older", ()):
        size, root, _ = read_note(note, "older checkpoint", log_keys, [])
        need(size <= len(hashes) and tree_root(hashes[:size]) == root, f"older checkpoint: its {size} entries do not begin this book")
        lines.append(f"Continues the older checkpoint of {size} entries.")
    lines += [check_quorum(one, head["log_key"], parts["checkpoint"][0]["note"]) for one in [given.get("policy")] if one]
    lines += [check_receipt(data, log_keys, hashes, head["book"]) for data in given.get("receipts", ())]
    return [*lines, *compare_stewards(book, given.get("stewards", "")), *(way_of(book, trace, given["trace"]) if trace else []), NOTES]

def compare_stewards(book: Book, text: str) -> list[str]:
    """The keys in force, in words. Each line of the list is a role id and a fingerprint or its word code: exactly the keys of the policy in force."""
    given = {tuple(line.split()[:2]) for line in text.splitlines() if line.strip() and line[0] != "#"}
    held = {(key["steward"], name): {(key["steward"], name), (key["steward"], word_code(name))} for name, key in book.keys.items()}
    unlike = [steward for (steward, _), names in held.items() if len(names & given) != 1]
    same = not text or (held and not unlike and len(given) == len(held))
    need(same, "policy: the keys are not those of --stewards", " ".join(unlike[:1]))
    if not held: return [NAMES_ONLY]
    source = "the keys are those of --stewards." if text else "the stewards' keys were taken from the book itself."
    of = defaultdict[str, list[str]](list)
    for steward, name in sorted(held): of[steward].append(f"{book.keys[name]['kind']} {word_code(name)}")
    lines = [f"Keys of {steward}: {', '.join(sorted(names))}" for steward, names in of.items()]
    return [*lines, f"{book.signed} signatures of stewards are right; {source}", *[book.unsigned][: bool(book.unsigned)]]

def amount_of(book: Book, commodity: str, minor: int) -> str:
    one = book.opened["commodities"].get(commodity, {"scale": 0})
    return f"{Decimal(minor).scaleb(-one['scale']):f} {one.get('code', commodity)}"

def rules_of(book: Book) -> str:
    """The rules in force, and how often a steward stopped something."""
    rules, used, said = book.rules, book.used, []
    for one in rules.get("bands", ()):
        upto = f"up to {amount_of(book, one['commodity'], int(one['upto']))}" if "upto" in one else f"any amount of {one['commodity']}"
        said.append(f"{upto}: {one['k']} yes" + f" of {one.get('offices')} offices" * ("offices" in one))
    said += [f"at most {amount_of(book, name, cap)} a day" for name, cap in book.caps.items()]
    said += [f"cool-down {rules['cool_down']} days, a new policy waits {rules['change_wait']}, by paper keys {rules['recovery_wait']} days"]
    stops = f"{used['suspend']} suspensions, {used['pause']} pauses ({used['resume']} ended early), {used['declined']} declined"
    return f"Rules: {'; '.join(said)}. Used: {stops}. Newest date: {book.newest}."

def way_of(book: Book, trace: Trace, lot: str) -> list[str]:
    found, lines = tuple(int(part) for part in lot.split(".") if part.isdigit()), [f"The way of gift {lot}:"]
    need(found in book.rows and book.rows[found][0].debit.stage == "ext", f"--trace: {lot} brought nothing")
    for (seq, line), (_, amount, left, other) in ((ref, hop) for ref, hops in trace.hops.items() for hop in hops if hop[0] == found):
        debit, credit = book.rows[seq, line][0].debit, book.rows[seq, line][0].credit
        places = " → ".join(f"{end.stage} {end.custody}".rstrip() for end in (debit, credit))
        more = f", for {left} minor units" * (debit.commodity != credit.commodity or left != amount) + ", substituted" * other
        lines.append(f"  {seq}.{line}: {amount_of(book, credit.commodity, amount)}, {places}{more}")
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
    witnessed = f"independently witnessed ({len(head['witness_keys'])})" if head["witness_keys"] else "signed log"
    return [
        *lines, *(f"Entry {seq} breaks the log: {canonical(one)}" for seq, one in book.breaks.items()),
        f"Movements: {len(book.movements)}, {sum(one[1] is None for one in book.movements.values())} of them in no statement.",
        f"Log: {head['origin']}, {witnessed}. Log key {'given' if key else 'taken from the file'}.",
        f"Head: {book.size} {tree_root(hashes).hex()}", f"Openings: {head['counts']['openings']} of {len(book.private)} private fields.",
        f"Policy: {book.policy['k']} of {len(book.policy['stewards'])} stewards, epoch {book.policy['epoch']}.",
        rules_of(book)]

def own_digest() -> str: return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()

OPTIONS = {
    "--key": "the log key, name+hash+key, from a source that you trust", "--policy": "the log's policy file: its key, witnesses, quorum",
    "--stewards": "a file with one line for each key: steward, fingerprint or its word code", "--trace": "print the way of gift SEQ.LINE",
    "--older": "a checkpoint kept from earlier (can be repeated)", "--receipt": "a donor's file, with or without a dump (can be repeated)"}

def main(argv: list[str] | None = None) -> int:
    """0: all holds; 1: refused, the entry or part is named; 2: misused."""
    parser = argparse.ArgumentParser(prog="awna-verify", description="Check a dumped book, or a donor's file, offline.")
    parser.add_argument("--version", action="version", version=f"awna-verify, SHA-256 {own_digest()}")
    parser.add_argument("file", nargs="?", help="what `awna dumpbook` wrote")
    for name, text in OPTIONS.items(): parser.add_argument(name, help=text, action="append" if "repeated" in text else "store")
    asked = parser.parse_args(argv)
    if not asked.file and not asked.receipt: parser.error("name a dump, or a donor's file with --receipt")
    try:
        receipts, names = [Path(name).read_bytes() for name in asked.receipt or ()], (asked.policy, asked.stewards, *(asked.older or ()))
        policy, stewards, *older = (Path(name).read_text("utf-8", "replace") if name else "" for name in names)
        given = {"policy": policy, "stewards": stewards, "older": older, "receipts": receipts, "trace": asked.trace}
        lines = [f"Log key {'given' if asked.key else 'taken from the receipt'}."]
        if asked.file: lines = verify(Path(asked.file).open("rb"), asked.key, **given)  # noqa: SIM115
        else: lines += [check_receipt(data, [asked.key] if asked.key else []) for data in receipts]
        said, code = "\n".join(lines), 0
    except (Wrong, OSError) as error: said, code = (f"Refused. {error}.", 1) if isinstance(error, Wrong) else (str(error), 2)
    print(said.encode("ascii", "backslashreplace").decode(), file=sys.stderr if code else sys.stdout)
    return code

if __name__ == "__main__": sys.exit(main())
