"""Reports of providers as rows: CSV, or one CSV in a zip, within limits of size; what is too large or damaged is refused whole."""

import csv
import io
import zipfile
import zlib
from decimal import Decimal, InvalidOperation

from awna.core.problems import Problem, Refused

from .adapter import AMOUNT_MAX, REPORT_BYTES_MAX, REPORT_ROWS_MAX

ZIP_MARK = b"PK\x03\x04"
FIELD_BYTES_MAX = 20_000


def read_rows(data: bytes, *, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Each row by its column names. Refused without the needed columns."""
    plain = _unzipped(data) if data.startswith(ZIP_MARK) else data
    if len(plain) > REPORT_BYTES_MAX:
        raise _too_large()
    try:
        words = plain.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(words), strict=True)
        rows = []
        for row in reader:
            if len(rows) >= REPORT_ROWS_MAX:
                raise _too_large()
            if None in row or any(value is None or len(value) > FIELD_BYTES_MAX for value in row.values()):
                raise _unreadable(reader.line_num)
            rows.append({name.strip(): value.strip() for name, value in row.items()})
        head = {(name or "").strip() for name in reader.fieldnames or []}
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(0) from None
    missing = [name for name in needed if name not in head]
    if missing:
        raise Refused(Problem("report_columns_missing", "The report has no column “%(name)s”. Download it with all columns and in English.",
                              {"name": missing[0]}, "file"))  # fmt: skip
    return rows


def cents(value: str, *, scale: int = 2) -> int:
    """`-1,234.50` in minor units, exactly. Refused when it is no amount."""
    try:
        found = Decimal(value.replace(",", "")).scaleb(scale)
        whole = int(found) if found.is_finite() and abs(found) <= AMOUNT_MAX else None
    except InvalidOperation:
        whole = None
    if whole is None or whole != found:
        raise Refused(Problem("report_amount_wrong", "“%(asked)s” in the report is no amount.", {"asked": value[:40]}, "file"))
    return whole


def _unzipped(data: bytes) -> bytes:
    """The one file inside. The size that the zip claims is not believed: reading stops at the limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [one for one in archive.infolist() if not one.is_dir()]
            if len(names) != 1:
                raise Refused(
                    Problem("report_zip_wrong", "The zip holds %(count)s files. Give one report at a time.", {"count": len(names)}, "file")
                )
            with archive.open(names[0]) as file:
                found = file.read(REPORT_BYTES_MAX + 1)
    except (
        zipfile.BadZipFile,  # no zip, or its sums do not hold
        zlib.error,  # what is packed in it is damaged
        RuntimeError,  # it asks for a password
        NotImplementedError,  # a method of packing that Python has not
        OSError,  # a place in it that is not there
        EOFError,  # it ends too early
        ValueError,  # numbers in its list that cannot be
    ):
        raise _unreadable(0) from None
    if len(found) > REPORT_BYTES_MAX:
        raise _too_large()
    return found


def _too_large() -> Refused:
    return Refused(Problem("report_too_large", "A report holds at most %(rows)s rows and %(mb)s MB. Ask the provider for a shorter period.",
                           {"rows": REPORT_ROWS_MAX, "mb": REPORT_BYTES_MAX // 1_000_000}, "file"))  # fmt: skip


def _unreadable(line: int) -> Refused:
    return Refused(Problem("report_unreadable", "The report cannot be read (line %(line)s). Download it again.", {"line": line}, "file"))
