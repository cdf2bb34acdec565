"""Text of unknown encoding, as it comes from spreadsheets and planning programs of this region and others."""

from itertools import pairwise

SAMPLE_BYTES = 200_000


def decode(data: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8, UTF-16 where it is marked, else the Western or the Arabic code page of Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        high = [place for place, byte in enumerate(data[:SAMPLE_BYTES]) if byte >= 0x80]
        paired = sum(1 for one, other in pairwise(high) if other == one + 1)
        encoding = "cp1256" if paired * 2 > len(high) else "cp1252"
        return data.decode(encoding, errors="replace"), encoding
