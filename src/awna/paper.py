"""`awna-paper`: make a steward's paper key and sign with it, on any offline device with Python; one file, standard library alone.

Copy this file to the device and run `python3 paper.py new`. Formats (all text is ASCII, upper and lower case are the same):
  seed     14 groups of four letters: base32 of the 32 secret bytes and the first three bytes of their SHA-256
  public   13 groups of four letters: base32 of the 32 public bytes
  request  awna:ABOUT?d=64 hex&n=64 hex&s=SITE     what is asked (its digest), the site's random value, where it was printed
  answer   AWNA1 <16 hex of the digest> <base32, 8 bytes of the key's fingerprint> <base32 of n> <base32 of the signature> <check>
           (check: base32 of the first three bytes of the SHA-256 of what stands before it, with single blanks)
The signature is Ed25519 (RFC 8032) over `awna/paper/v1` and SHA-256(`awna/ABOUT/v1`, d, n). It is computed in plain whole numbers whose
effort depends on the secret: nobody can measure that on a device without a network, so do not run this on a shared server.
"""

import argparse
import base64
import getpass
import hashlib
import re
import secrets
import sys
from dataclasses import dataclass

PREFIX, VERSION = b"awna/paper/v1", "AWNA1"
SEED_BYTES = PUBLIC_BYTES = NONCE_BYTES = 32
CHECK_BYTES, NAME_BYTES = 3, 8
DIGEST_HEX_SHOWN, GROUP = 16, 4
WORDS = 6
_STARTS = ("ba", "da", "fa", "ga", "ha", "ka", "la", "ma", "na", "pa", "ra", "sa", "ta", "wa", "ya", "za")
_ENDS = ("bo", "di", "fu", "go", "hi", "ku", "lo", "mi", "nu", "po", "ri", "su", "to", "wi", "yu", "zo")
_REQUEST = re.compile(r"awna:([a-z]{2,20})\?d=([0-9a-f]{64})&n=([0-9a-f]{64})(?:&s=([^&\s]{1,200}))?", re.IGNORECASE)
_LOOKS_LIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})
"""Digits that base32 does not have, as the letters for which a hand writes them."""


class Wrong(ValueError):
    """What was typed cannot be used; the text says what to do."""


@dataclass(frozen=True)
class Request:
    """What a printed page asks a key to sign."""

    about: str
    digest: str
    nonce: bytes
    site: str = ""


@dataclass(frozen=True)
class Answer:
    """What a key said: to the digest that begins so, by the key whose fingerprint begins so."""

    digest_start: str
    key_start: str
    nonce: bytes
    signature: bytes


# -- texts ----------------------------------------------------------------------------------------------------------


def to_base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def from_base32(text: str, *, size: int, what: str) -> bytes:
    """The bytes of what a person typed: blanks, dashes and case do not matter, 0, 1 and 8 are read as O, I and B."""
    plain = re.sub(r"[\s.-]", "", text).upper().translate(_LOOKS_LIKE)
    try:
        data = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except ValueError:
        raise Wrong(f"The {what} holds a sign that cannot be. It has letters A to Z and digits 2 to 7.") from None
    if len(data) != size or to_base32(data) != plain:
        raise Wrong(f"The {what} has {len(plain)} signs, not {len(to_base32(bytes(size)))}. Compare it with the paper.")
    return data


def in_groups(text: str) -> str:
    return " ".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def write_seed(seed: bytes) -> str:
    """The secret as groups to type, with a check that finds a slip of the pen."""
    return in_groups(to_base32(seed + hashlib.sha256(seed).digest()[:CHECK_BYTES]))


def read_seed(text: str) -> bytes:
    data = from_base32(text, size=SEED_BYTES + CHECK_BYTES, what="seed")
    seed, check = data[:SEED_BYTES], data[SEED_BYTES:]
    if hashlib.sha256(seed).digest()[:CHECK_BYTES] != check:
        raise Wrong("The seed is not right: one of its signs differs from the paper. Look at each group again.")
    return seed


def write_public(public: bytes) -> str:
    return in_groups(to_base32(public))


def read_public(text: str) -> bytes:
    return from_base32(text, size=PUBLIC_BYTES, what="public key")


def fingerprint(public: bytes) -> str:
    """Hex SHA-256 of the public key."""
    return hashlib.sha256(public).hexdigest()


def word_code(digest: str) -> str:
    """The first six bytes of a hex digest as six words, to compare by voice."""
    return "-".join(_STARTS[byte >> 4] + _ENDS[byte & 15] for byte in bytes.fromhex(digest)[:WORDS])


def write_request(request: Request) -> str:
    site = f"&s={request.site}" if request.site else ""
    return f"awna:{request.about}?d={request.digest}&n={request.nonce.hex()}{site}"


def read_request(text: str) -> Request:
    """The request of a page's code, typed or scanned."""
    match = _REQUEST.fullmatch(re.sub(r"\s", "", text))
    if match is None:
        raise Wrong("This is not the request of a printed page. It begins with awna: and holds d= and n= with 64 signs each.")
    return Request(match[1].lower(), match[2].lower(), bytes.fromhex(match[3]), match[4] or "")


def write_answer(answer: Answer) -> str:
    """The answer in one line; its last part finds a slip of whoever types it."""
    parts = [VERSION, answer.digest_start, *map(to_base32, (bytes.fromhex(answer.key_start), answer.nonce, answer.signature))]
    return " ".join([*parts, to_base32(hashlib.sha256(" ".join(parts).encode()).digest()[:CHECK_BYTES])])


def challenge_of(request: Request) -> bytes:
    """What a key signs for a request."""
    return hashlib.sha256(b"awna/" + request.about.encode() + b"/v1" + bytes.fromhex(request.digest) + request.nonce).digest()


def answer_request(seed: bytes, request: Request) -> Answer:
    """The word of the paper key on exactly this request."""
    name = fingerprint(public_of(seed))[: 2 * NAME_BYTES]
    return Answer(request.digest[:DIGEST_HEX_SHOWN], name, request.nonce, sign(seed, PREFIX + challenge_of(request)))


# -- Ed25519 (RFC 8032, 5.1) ------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]
"""Extended coordinates x, y, z, t of the curve."""


def _base() -> Point:
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 else x
    return x, y, 1, x * y % P


BASE = _base()


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point, scalar = _add(point, point), scalar >> 1
    return found


def _packed(point: Point) -> bytes:
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _halves(seed: bytes) -> tuple[int, bytes]:
    hashed = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(hashed[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, hashed[32:]


def public_of(seed: bytes) -> bytes:
    return _packed(_times(_halves(seed)[0], BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    """The one Ed25519 signature of this seed on this message."""
    scalar, prefix = _halves(seed)
    public = _packed(_times(scalar, BASE))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ORDER
    commitment = _packed(_times(r, BASE))
    k = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little") % ORDER
    return commitment + ((r + k * scalar) % ORDER).to_bytes(32, "little")


# -- the tool ---------------------------------------------------------------------------------------------------------


def say_key(seed: bytes, *, secret: bool) -> None:
    """The key in words to write on paper; the seed only when it was just made."""
    public = public_of(seed)
    if secret:
        print("SEED - write it down by hand or print it, keep it where only you find it, and show it to nobody:\n")
        print("   ", write_seed(seed), "\n")
        _draw(write_seed(seed).replace(" ", ""))
    print("Public key, to give to the campaign:\n\n   ", write_public(public), "\n")
    print("Fingerprint:", fingerprint(public))
    print("In words, to compare by voice:", word_code(fingerprint(public)))


def _draw(text: str) -> None:
    """A QR code in the terminal where segno is at hand; without it the text above is enough."""
    try:
        import segno
    except ImportError:
        print("(No QR code: the library segno is not on this device. The groups above are the whole key.)\n")
    else:
        segno.make(text, error="m", micro=False).terminal(compact=True)


def new_key() -> int:
    say_key(secrets.token_bytes(SEED_BYTES), secret=True)
    return 0


def show_key() -> int:
    say_key(read_seed(_ask_seed()), secret=False)
    return 0


def sign_request(typed: str) -> int:
    """Ask what is to be signed, show its words, ask for a yes, print the answer."""
    request = read_request(typed or input("The request of the printed page (awna:…): "))
    print(f"\nAsked is: {request.about}" + (f", printed by {request.site}" if request.site else ""))
    print("Its words:", word_code(request.digest))
    print("They must be the words on the printed page that you have read, and those that another steward reads to you.")
    if input("Are they the same, and do you say yes to what is printed? Type yes: ").strip().lower() != "yes":
        print("Nothing was signed.")
        return 1
    answer = write_answer(answer_request(read_seed(_ask_seed()), request))
    print("\nThe answer, to bring back as text or as a photo of this code:\n")
    print(answer, "\n")
    _draw(answer)
    return 0


def _ask_seed() -> str:
    """The seed, not shown while it is typed; from a pipe it is read as a line."""
    return getpass.getpass("Your seed (14 groups; it is not shown): ") if sys.stdin.isatty() else input()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="awna-paper", description="A steward's paper key on an offline device.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("new", help="make a key: its seed for your paper, its public part for the campaign")
    commands.add_parser("show", help="type a seed and see its public key and fingerprint")
    signing = commands.add_parser("sign", help="sign what a printed page asks for")
    signing.add_argument("request", nargs="?", default="", help="awna:… as printed; asked for when left out")
    asked = parser.parse_args(arguments)
    try:
        if asked.command == "sign":
            return sign_request(asked.request)
        return new_key() if asked.command == "new" else show_key()
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\nNothing was signed.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
