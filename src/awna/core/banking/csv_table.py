"""Cut a CSV into its parts by its profile: the text, the lines around the table, the header and the rows."""

import csv
import io
import re
from dataclasses import dataclass

from awna.core.problems import Problem, Refused

from .csv_profile import CsvProfile
from .statement import STATEMENT_LINES_MAX

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x80-\x9f\ufffe\uffff]")


@dataclass(frozen=True)
class Row:
    """One row: `number` is its line in the file, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file cut into its parts; `columns` are the header's words, or empty, and `head` holds the lines above and below the table."""

    head: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def decode(data: bytes, profile: CsvProfile) -> str:
    """The text, or Refused where the bytes are not of the profile's encoding."""
    if data.startswith(b"\xef\xbb\xbf") and profile.encoding != "utf-8":
        raise Refused(
            Problem(
                "csv_encoding_marked",
                "The file begins with the mark of UTF-8, but the profile says %(encoding)s. Correct the profile.",
                {"encoding": profile.encoding},
                "encoding",
            )
        )
    try:
        text = data.decode("utf-8-sig" if profile.encoding == "utf-8" else profile.encoding)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        raise Refused(_not_encoded(profile, line)) from error
    if (found := _NO_TEXT.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(_not_encoded(profile, line))
    return text


def _not_encoded(profile: CsvProfile, line: int) -> Problem:
    return Problem(
        "csv_encoding_wrong",
        "Line %(line)s is not in %(encoding)s, which the profile says. Nothing was read; correct the profile or download the file again.",
        {"encoding": profile.encoding, "line": line},
        "encoding",
    )


def cut_table(text: str, profile: CsvProfile) -> Table:
    """Head lines, header and rows; empty rows fall away, and so do the rows that the profile leaves out at the foot."""
    stream = io.StringIO(text, newline="")
    head = tuple(line.strip() for _, line in zip(range(profile.skip_head), stream, strict=False))
    reader = csv.reader(
        stream,
        delimiter=profile.delimiter,
        quotechar=profile.quote or None,
        quoting=csv.QUOTE_MINIMAL if profile.quote else csv.QUOTE_NONE,
        strict=True,
    )
    rows: list[Row] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(profile.skip_head + reader.line_num, tuple(cell.strip() for cell in cells)))
            if len(rows) > STATEMENT_LINES_MAX + profile.skip_foot + 1:
                raise Refused(Problem("statement_too_long", "The file has more than %(limit)s movements. Ask the bank for shorter periods.",
                                      {"limit": STATEMENT_LINES_MAX}))  # fmt: skip
    except csv.Error as error:
        raise Refused(
            Problem(
                "csv_row_unreadable",
                "The row cannot be cut into cells by the profile's delimiter and quotes. Nothing was read.",
                {"found": str(error)},
                f"line {profile.skip_head + reader.line_num}",
            )
        ) from error
    columns = rows.pop(0).cells if profile.header and rows else ()
    if profile.header and not columns:
        raise Refused(Problem("csv_header_missing", "The file ends above the header that the profile expects. Download it again."))
    if not profile.skip_foot:
        return Table(head, columns, tuple(rows))
    foot = [line.strip() for line in text.splitlines() if line.strip()][-profile.skip_foot :]
    return Table((*head, *foot), columns, tuple(rows[: max(0, len(rows) - profile.skip_foot)]))
