"""Whether a picture still carries what a camera writes into it; such a picture never reaches a copy that cannot be called back."""

from collections.abc import Iterator

JPEG_APP1, JPEG_APP13, JPEG_SCAN = 0xE1, 0xED, 0xDA
PNG_TELLING = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt"})
WEBP_TELLING = frozenset({b"EXIF", b"XMP "})
MARKS = (b"Exif\x00\x00", b"http://ns.adobe.com/xap/", b"<x:xmpmeta", b"GPSLatitude", b"exif:GPS")
"""For kinds of pictures that are not taken apart here, such as AVIF and TIFF."""


def tells_more_than_it_shows(data: bytes) -> bool:
    """True for JPEG, PNG and WebP files with EXIF, XMP, IPTC or text parts, and for any other picture with a mark of these."""
    if data.startswith(b"\xff\xd8"):
        return any(marker in (JPEG_APP1, JPEG_APP13) for marker in _jpeg_markers(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return any(name in PNG_TELLING for name in _chunks(data, start=8, name_first=False))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return any(name in WEBP_TELLING for name in _chunks(data, start=12, name_first=True))
    return any(mark in data for mark in MARKS)


def _jpeg_markers(data: bytes) -> Iterator[int]:
    """The markers up to the picture itself."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == JPEG_SCAN:
            return
        yield marker
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _chunks(data: bytes, *, start: int, name_first: bool) -> Iterator[bytes]:
    """Names of the chunks: PNG writes length, name, data, checksum; RIFF writes name, length, data, filler to an even length."""
    at = start
    while at + 8 <= len(data):
        first, second = data[at : at + 4], data[at + 4 : at + 8]
        if name_first:
            length = int.from_bytes(second, "little")
            yield first
            at += 8 + length + length % 2
        else:
            yield second
            at += 12 + int.from_bytes(first, "big")
