"""Which reader a bank file is for, told from its bytes alone; what is no statement is refused by the name of what it is."""

import re

from awna.core.problems import Problem, Refused

from .camt import read_camt
from .csv_profile import CsvProfile
from .csv_reader import read_csv_all
from .mt940 import looks_like_mt940, read_mt940
from .ofx import looks_like_ofx, read_ofx
from .statement import STATEMENT_BYTES_MAX, Statement

HEAD_BYTES = 20_000
XML_HEAD_CHARACTERS = 200
_ARCHIVE = (
    "statement_is_no_text",
    "The file is an archive or a spreadsheet, which is not opened here. Unpack it, or download CAMT, MT940, OFX or CSV from the bank.",
)
_PDF = ("statement_is_no_text", "The file is a PDF, which is made for reading. Download CAMT, MT940, OFX or CSV from the bank.")
_IMAGE = ("statement_is_no_text", "The file is an image. Download CAMT, MT940, OFX or CSV from the bank.")
_MARKS = (
    (b"PK", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"\xd0\xcf\x11\xe0", _ARCHIVE),
    (b"%PDF", _PDF),
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
)
_TABLE = re.compile(r"^[^\n]*[;,\t|][^\n]*$", re.MULTILINE)


def read_file(data: bytes, *, name: str, profile: CsvProfile | None, accept: frozenset[str]) -> list[Statement]:
    """The statements of one file, by the reader that its first bytes ask for; a profile always means CSV."""
    refuse_what_is_no_text(data, name)
    if profile is not None:
        return read_csv_all(data, profile)
    data = to_utf8(data, name)
    head = data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \r\n\t\x00\x01")
    if looks_like_ofx(head):
        return read_ofx(data)
    if head.startswith(b"<"):
        return read_camt(data)
    if looks_like_mt940(data):
        return read_mt940(data, accept=accept)
    raise Refused(_unknown(head, name))


def refuse_what_is_no_text(data: bytes, name: str) -> None:
    """Empty, too large, an archive or a picture: said before anything is opened."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refused(Problem("statement_empty", "The file is empty. Download it from the bank again.", where=name))
    if len(data) > STATEMENT_BYTES_MAX:
        raise Refused(
            Problem(
                "statement_too_large",
                "The file has %(size)s bytes; a statement may have %(limit)s. Ask the bank for shorter periods.",
                {"size": len(data), "limit": STATEMENT_BYTES_MAX},
                name,
            )
        )
    for mark, (code, text) in _MARKS:
        if data.startswith(mark):
            raise Refused(Problem(code, text, where=name))


def to_utf8(data: bytes, name: str) -> bytes:
    """UTF-16 and UTF-32 text with its mark becomes UTF-8; XML keeps its bytes, because its first line names its encoding."""
    for mark, encoding in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as error:
                raise Refused(_broken_encoding(name)) from error
            text = text.lstrip("\ufeff")
            # The declaration would contradict the bytes that are given on; it is short, and a long one is none.
            return (
                re.sub(r"\sencoding=([\"'])[^\"']{0,40}\1", "", text[:XML_HEAD_CHARACTERS], count=1) + text[XML_HEAD_CHARACTERS:]
            ).encode()
    if b"\x00" in data[:HEAD_BYTES]:
        raise Refused(_broken_encoding(name))
    return data


def _broken_encoding(name: str) -> Problem:
    return Problem(
        "statement_encoding_unknown",
        "The file cannot be read as text: its characters are broken. Download it again, as UTF-8 if the bank lets you choose.",
        where=name,
    )


def _unknown(head: bytes, name: str) -> Problem:
    rows = _TABLE.findall(head.decode("latin-1"))
    if len(rows) > 1 or (rows and name.lower().endswith(".csv")):
        return Problem(
            "statement_needs_profile",
            "The file looks like a table (CSV). Choose the profile that says what its columns are, or make one.",
            where=name,
        )
    return Problem(
        "statement_format_unknown",
        "The file is neither CAMT (XML) nor MT940 nor OFX, and no table. Download the statement from the bank in one of these formats.",
        where=name,
    )
