"""Files that only mpxj reads (PMXML, MPP, MPX) become Microsoft Project XML. It is the extra `awna[schedule]` and needs Java.

The Java machine lives as long as its process: call `convert_plain` in a process of its own (`kit.sandbox`), with room for the
addresses that Java reserves.
"""

from base64 import b64decode, b64encode
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..problems import Problem, Refused
from .model import SCHEDULE_BYTES_MAX, damaged

JAVA_MEMORY_MB = 256
XML_BYTES_MAX = 4 * SCHEDULE_BYTES_MAX


def convert_plain(payload: dict[str, str]) -> dict[str, str]:
    """`convert` with JSON on both sides, for a process of its own: `data` and the answer's `xml` are base64."""
    return {"xml": b64encode(convert(b64decode(payload["data"]), payload["ending"])).decode()}


def convert(data: bytes, ending: str) -> bytes:
    """Microsoft Project XML of a file that mpxj reads; Refused where mpxj or Java is missing, or the file is damaged."""
    java = _java()
    stream = java.java.io.ByteArrayInputStream(data)
    try:
        project = java.JClass("org.mpxj.reader.UniversalProjectReader")().read(stream)
        if project is None:
            raise damaged(f"mpxj does not know it as {ending}")
        written = java.java.io.ByteArrayOutputStream()
        java.JClass("org.mpxj.mspdi.MSPDIWriter")().write(project, written)
        xml = bytes(written.toByteArray())
    except java.JException as error:
        raise damaged(f"mpxj gives it up ({type(error).__name__})") from error
    if len(xml) > XML_BYTES_MAX:
        raise damaged(f"as XML it has more than {XML_BYTES_MAX // 1024**2} MB")
    return xml


def _java() -> Any:
    """jpype with a running Java that knows mpxj."""
    if find_spec("mpxj") is None or find_spec("jpype") is None:
        raise _missing("the library mpxj is not installed")
    jpype: Any = import_module("jpype")
    import_module("mpxj")  # adds itself to the path of classes
    if not jpype.isJVMStarted():
        try:
            jpype.startJVM(f"-Xmx{JAVA_MEMORY_MB}m", "-Djava.awt.headless=true")
        except (OSError, RuntimeError, ValueError) as error:
            raise _missing("Java is not installed or does not start") from error
    return jpype


def _missing(reason: str) -> Refused:
    text = "Only mpxj reads this file, and %(reason)s. Save the schedule as Microsoft Project XML, or install awna[schedule] and Java."
    return Refused(Problem("schedule_needs_mpxj", text, {"reason": reason}))
