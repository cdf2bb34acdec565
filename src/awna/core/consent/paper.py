"""What a steward's paper key says, as text that people type, read aloud or send: her answer, and the secret seed in groups of letters.

Standard library alone. The same formats as the tool that runs on an offline device; `docs/book-format.md` says them.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from itertools import pairwise

from ..problems import Problem, Refused

VERSION = "AWNA1"
SEED_BYTES = NONCE_BYTES = 32
SIGNATURE_BYTES, KEY_START_BYTES, CHECK_BYTES = 64, 8, 3
DIGEST_START_HEX = 16
GROUP_CHARS = 4
_DIGITS = {ord(digit): str(n % 10) for n, digit in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
"""Arabic-Indic digits, as they are typed on an Arabic or a Persian keyboard."""
_BASE32_SLIPS = str.maketrans({"0": "O", "1": "I", "8": "B"})
_HEX_SLIPS = str.maketrans({"O": "0", "I": "1", "L": "1"})
"""What a hand writes for a sign that this alphabet does not have."""
_BLANKS = re.compile(r"[^0-9A-Za-z]+")


@dataclass(frozen=True)
class Answer:
    """A yes to the digest that begins so (hex), by the key whose fingerprint begins so (hex)."""

    digest_start: str
    key_start: str
    nonce: bytes
    signature: bytes


def write_answer(answer: Answer) -> str:
    """`AWNA1 digest key nonce signature check`: one line of six parts."""
    parts = [VERSION, answer.digest_start, *map(_base32, (bytes.fromhex(answer.key_start), answer.nonce, answer.signature))]
    return " ".join([*parts, _check(parts)])


def read_answer(text: str) -> Answer:
    """The answer in a text as people send it: case, blanks, breaks and Arabic digits do not matter. Without its last part it is read too."""
    plain = _plain(text)
    lengths = [len(VERSION), DIGEST_START_HEX, *map(_base32_chars, (KEY_START_BYTES, NONCE_BYTES, SIGNATURE_BYTES, CHECK_BYTES))]
    if plain[: lengths[0]].translate(_HEX_SLIPS) != VERSION:
        raise Refused(
            Problem("answer_unknown", "This is not the answer of a paper key: it does not begin with %(start)s.", {"start": VERSION})
        )
    if len(plain) not in (sum(lengths), sum(lengths[:-1])):
        raise Refused(
            Problem(
                "answer_incomplete",
                "The answer has %(asked)s letters and digits instead of %(wanted)s. Something is missing or doubled: send it again.",
                {"asked": len(plain), "wanted": sum(lengths)},
            )
        )
    ends = [sum(lengths[: n + 1]) for n in range(len(lengths))]
    start, key, nonce, signature, check = (plain[end:after] for end, after in pairwise(ends))
    start = start.translate(_HEX_SLIPS).lower()
    if not re.fullmatch("[0-9a-f]+", start):
        raise Refused(_damaged("digest"))
    answer = Answer(
        start,
        _bytes(key, size=KEY_START_BYTES, part="key").hex(),
        _bytes(nonce, size=NONCE_BYTES, part="nonce"),
        _bytes(signature, size=SIGNATURE_BYTES, part="signature"),
    )
    if check and write_answer(answer)[-len(check) :] != check.translate(_BASE32_SLIPS):
        raise Refused(_damaged("check"))
    return answer


def write_seed(seed: bytes) -> str:
    """The 32 secret bytes as 14 groups of four letters; the last letters are a check."""
    text = _base32(seed + hashlib.sha256(seed).digest()[:CHECK_BYTES])
    return " ".join(text[at : at + GROUP_CHARS] for at in range(0, len(text), GROUP_CHARS))


def read_seed(text: str) -> bytes:
    """The 32 secret bytes of what a person typed."""
    raw = _bytes(_plain(text), size=SEED_BYTES + CHECK_BYTES, part="seed")
    seed, check = raw[:SEED_BYTES], raw[SEED_BYTES:]
    if hashlib.sha256(seed).digest()[:CHECK_BYTES] != check:
        raise Refused(_damaged("seed"))
    return seed


def _plain(text: str) -> str:
    return _BLANKS.sub("", text.translate(_DIGITS)).upper()


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def _base32_chars(size: int) -> int:
    return -(-size * 8 // 5)


def _bytes(text: str, *, size: int, part: str) -> bytes:
    """The bytes of base32 in its one form."""
    plain = text.translate(_BASE32_SLIPS)
    try:
        raw = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except ValueError:
        raise Refused(_damaged(part)) from None
    if len(raw) != size or _base32(raw) != plain:
        raise Refused(_damaged(part))
    return raw


def _check(parts: list[str]) -> str:
    return _base32(hashlib.sha256(" ".join(parts).encode()).digest()[:CHECK_BYTES])


def _damaged(part: str) -> Problem:
    return Problem(
        "paper_text_damaged",
        "A letter or digit was changed, or left out (in the part “%(part)s”). Compare it with the paper and type it again.",
        {"part": part},
    )
