"""Opens the zip of a workbook after its promised sizes were looked at, so that no bomb is unpacked."""

import io
import zipfile
import zlib

from .sheets import BILL_BYTES_MAX, PARTS_MAX, UNPACKED_BYTES_MAX, damaged, too_large


def open_zip(data: bytes, *, form: str) -> zipfile.ZipFile:
    """The archive; parts are never read beyond the size that its directory names, and those sizes are bounded here."""
    if len(data) > BILL_BYTES_MAX:
        raise too_large("bytes")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, RuntimeError, LookupError) as error:
        raise damaged(form, "its parts cannot be unpacked") from error
    if len(infos) > PARTS_MAX or sum(info.file_size for info in infos) > UNPACKED_BYTES_MAX:
        raise too_large("unpacked")
    if any(info.flag_bits & 1 for info in infos):
        raise damaged(form, "it is protected by a password")
    return archive


def part(archive: zipfile.ZipFile, name: str, *, form: str) -> bytes:
    try:
        return archive.read(name)
    except KeyError as error:
        raise damaged(form, f"it has no part {name}") from error
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError, RuntimeError) as error:
        raise damaged(form, f"its part {name} cannot be unpacked") from error
