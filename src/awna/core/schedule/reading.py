"""`read_schedule(data)`: tells by its content what a schedule file is, and reads it."""

from collections.abc import Callable

from ..problems import Problem, Refused
from .model import SCHEDULE_BYTES_MAX, Schedule
from .mspdi import read_mspdi
from .xer import read_xer

OLE_HEAD = b"\xd0\xcf\x11\xe0"
HEAD_BYTES = 4_000
Convert = Callable[[bytes, str], bytes]
"""Makes Microsoft Project XML of a file with this ending; given by whoever has mpxj and Java."""


def read_schedule(data: bytes, *, convert: Convert | None = None) -> Schedule:
    """The schedule of Microsoft Project XML or a P6 export; of PMXML, MPP and MPX where `convert` is given."""
    if len(data) > SCHEDULE_BYTES_MAX:
        text = "The file has more than %(limit)s MB. Split the schedule."
        raise Refused(Problem("schedule_file_too_large", text, {"limit": SCHEDULE_BYTES_MAX // 1024**2}))
    ending = form_of(data)
    if ending == ".xer":
        return read_xer(data)
    if ending == ".xml":
        return read_mspdi(data)
    if not ending:
        text = "The file is no schedule that is known here. Send Microsoft Project XML (.xml) or a Primavera export (.xer)."
        raise Refused(Problem("schedule_form_unknown", text))
    if convert is None:
        text = (
            "Files of the kind %(ending)s are read by mpxj, which needs Java, and it is not installed here. Save the schedule as Microsoft "
            "Project XML, or let the operator install awna[schedule] and Java."
        )
        raise Refused(Problem("schedule_needs_mpxj", text, {"ending": ending}))
    return read_mspdi(convert(data, ending))


def form_of(data: bytes) -> str:
    """`.xml` (MSPDI), `.xer`, `.pmxml`, `.mpp`, `.mpx`, or '' for anything else."""
    head = data[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"ERMHDR"):
        return ".xer"
    if head.startswith(OLE_HEAD):
        return ".mpp"
    if head.startswith(b"MPX"):
        return ".mpx"
    plain = head.replace(b"\x00", b"")
    if b"<" in plain[:4]:
        return ".pmxml" if b"APIBusinessObjects" in plain else ".xml"
    return ""
