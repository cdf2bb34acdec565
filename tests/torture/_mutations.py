"""Damage to bank files, seeded: what storage, mail, banks and hostile people do to bytes."""

import random
import re
from collections.abc import Callable

BYTES_MAX = 200_000
_WORDS = (b"\x00", b"\xff", b"\xe2\x80\xae", b"\xd9\xa1\xd9\xa2", b'"', b"'", b"&", b"<", b">", b"]]>", b"<![CDATA[", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;",
          b"&#0;", b"&#x110000;", b":61:", b":86:", b":20:", b"//", b"?20", b"\r", b"\n\n", b"-}", b";", b",", b"\t", b"%", b"%(x)s", b"{}", b"NaN", b"Infinity",
          b"1E999", b"-", b"--5", b"+", b"RF", b"<STMTTRN>", b"</STMTTRN>", b"00000000", b"99999999")  # fmt: skip
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1256", "utf-7", "cp037")


def mutate(data: bytes, others: list[bytes], source: random.Random) -> bytes:
    """One to four kinds of damage, one after the other."""
    for _ in range(source.randint(1, 4)):
        data = source.choice(KINDS)(data, others, source)[:BYTES_MAX]
    return data


def _flip(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(source.randint(1, 8)):
        if found:
            found[source.randrange(len(found))] ^= 1 << source.randrange(8)
    return bytes(found)


def _cut(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    start, end = sorted((source.randint(0, len(data)), source.randint(0, len(data))))
    return data[:end] if source.random() < 0.5 else data[:start] + data[end:]


def _splice(data: bytes, others: list[bytes], source: random.Random) -> bytes:
    other = source.choice(others)
    return data[: source.randint(0, len(data))] + other[source.randint(0, len(other)) :]


def _repeat(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    start, end = sorted((source.randint(0, len(data)), source.randint(0, len(data))))
    return data[:start] + data[start:end] * source.randint(2, 20) + data[end:]


def _encode(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(source.choice(_ENCODINGS), "replace")


def _huge(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return data
    found = source.choice(numbers)
    digits = b"9" * source.choice((19, 40, 400, 5_000)) if source.random() < 0.7 else b"1e" + b"9" * source.randint(1, 9)
    return data[: found.start()] + digits + data[found.end() :]


def _deep(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    at, times = source.randint(0, len(data)), source.choice((10, 70, 5_000))
    return data[:at] + b"<A>" * times + (b"</A>" * times if source.random() < 0.5 else b"") + data[at:]


def _insert(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    at = source.randint(0, len(data))
    return data[:at] + source.choice(_WORDS) * source.choice((1, 1, 1, 3, 500)) + data[at:]


def _shuffle(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    lines = data.split(b"\n")
    for _ in range(source.randint(1, 4)):
        one, other = source.randrange(len(lines)), source.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _rename(data: bytes, _others: list[bytes], source: random.Random) -> bytes:
    tags = re.findall(rb"<([A-Za-z:]+)>|^:(\d\d[A-Z]?):", data, re.MULTILINE)
    if not tags:
        return data
    one, other = ((a or b) for a, b in (source.choice(tags), source.choice(tags)))
    return data.replace(one, other, source.choice((1, 2, -1)))


KINDS: tuple[Callable[[bytes, list[bytes], random.Random], bytes], ...] = (
    _flip, _flip, _cut, _splice, _repeat, _encode, _huge, _deep, _insert, _insert, _shuffle, _rename,
)  # fmt: skip
