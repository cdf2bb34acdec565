"""Tells by its content what kind of file a bill is, and opens it."""

from ..problems import Problem, Refused
from .archives import open_zip
from .ods import read_ods
from .sheets import Book
from .texts import read_csv, read_json
from .xlsx import read_xlsx

OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def open_bill(data: bytes) -> Book:
    """The sheets of an xlsx, ods, csv or json file; Refused where it is none of these."""
    if data.startswith(b"PK"):
        names = set(open_zip(data, form="workbook").namelist())
        return read_ods(data) if "content.xml" in names else read_xlsx(data)
    if data.startswith(OLD_EXCEL) or data.startswith(b"%PDF"):
        text = "Excel files before 2007 (.xls), protected ones and PDF are not read. Save it as .xlsx, .ods or CSV, and send that."
        raise Refused(Problem("bill_form_not_read", text))
    if not data.strip():
        raise Refused(Problem("bill_file_empty", "The file is empty. Choose the file again."))
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{"):
        return read_json(data)
    return read_csv(data)
