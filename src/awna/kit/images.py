"""Draws a given photo anew, small and without what the camera wrote into it: place, time, owner, thumbnail. Runs in the sandbox.

The pixels alone are kept: they are decoded, turned upright, scaled and encoded again, so that no byte of the given file is passed on.
"""

import base64
import io
import math
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from awna.core.problems import Problem, Refused

from .sandbox import Limits, run_in_sandbox

PHOTO_BYTES_MAX = 20 * 1024 * 1024
PHOTO_PIXELS_MAX = 60_000_000
PHOTO_SIDE_MIN = 200
HERO_SIDE, HERO_BYTES_MAX = 960, 25 * 1024
LARGE_SIDE, LARGE_BYTES_MAX = 1600, 160 * 1024
QUALITIES = (72, 60, 50, 40, 30, 22)
SHRINK = 0.8
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
LIMITS = Limits(memory_mb=2048, cpu_s=60, wall_s=90, modules=("awna.kit.images:",))


def redraw_photo(data: bytes) -> list[dict[str, Any]]:
    """Small and large, in AVIF and WebP: dictionaries of name, media_type, width, height, data. Refused when it is no photo.

    Small ones hold at most HERO_BYTES_MAX, large ones LARGE_BYTES_MAX.
    """
    if len(data) > PHOTO_BYTES_MAX:
        raise Refused(Problem("photo_too_large", "The file has %(mb)s MB; at most %(max)s are taken. Send it smaller.",
                              {"mb": len(data) // 1024**2, "max": PHOTO_BYTES_MAX // 1024**2}, "file"))  # fmt: skip
    found = run_in_sandbox("awna.kit.images:redraw", {"data": base64.b64encode(data).decode()}, limits=LIMITS)
    return [{**item, "data": base64.b64decode(item["data"])} for item in found]


def redraw(payload: dict[str, str]) -> list[dict[str, Any]]:
    """Inside the sandbox."""
    picture = _opened(base64.b64decode(payload["data"]))
    return [
        _encoded(picture, name=f"{size}.{kind.lower()}", kind=kind, side=side, most=most)
        for size, side, most in (("small", HERO_SIDE, HERO_BYTES_MAX), ("large", LARGE_SIDE, LARGE_BYTES_MAX))
        for kind in ("AVIF", "WEBP")
    ]


def _opened(data: bytes) -> Image.Image:
    """The picture upright in plain colours, with nothing beside its pixels."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit stands before any pixel is decoded
    try:
        given = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = given.size
        if width * height > PHOTO_PIXELS_MAX:
            raise Refused(Problem("photo_has_too_many_pixels", "The photo has %(n)s million pixels; at most %(max)s are taken. Send it smaller.",
                                  {"n": math.ceil(width * height / 1e6), "max": PHOTO_PIXELS_MAX // 1_000_000}, "file"))  # fmt: skip
        if min(width, height) < PHOTO_SIDE_MIN:
            raise Refused(Problem("photo_too_small", "The photo is %(width)s by %(height)s; the shorter side needs %(min)s pixels.",
                                  {"width": width, "height": height, "min": PHOTO_SIDE_MIN}, "file"))  # fmt: skip
        given.draft("RGB", (LARGE_SIDE, LARGE_SIDE))
        upright = ImageOps.exif_transpose(given)
        return _bare(upright)
    except UnidentifiedImageError as error:
        raise Refused(Problem("photo_unreadable", "This file is no photo in JPEG, PNG, WebP or AVIF. Choose the photo itself, not a document "
                              "or an archive with it.", {}, "file")) from error  # fmt: skip
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused(Problem("photo_damaged", "The photo breaks off or is damaged. Copy it again from the camera and send it once more.",
                              {}, "file")) from error  # fmt: skip


def _bare(upright: Image.Image) -> Image.Image:
    """Pixels on white in a new picture: no profile, comment, EXIF, XMP, IPTC or transparency comes along."""
    coloured = upright.convert("RGBA")
    bare = Image.new("RGB", coloured.size, "white")
    bare.paste(coloured, mask=coloured.getchannel("A"))
    return bare


def _encoded(picture: Image.Image, *, name: str, kind: str, side: int, most: int) -> dict[str, Any]:
    """The best quality that fits the limit; where none does, a smaller picture."""
    scaled = picture.copy()
    scaled.thumbnail((side, side), Image.Resampling.LANCZOS)
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            scaled.save(out, format=kind, quality=quality, **({"speed": 8} if kind == "AVIF" else {"method": 4}))
            if out.tell() <= most:
                width, height = scaled.size
                return {"name": name, "media_type": f"image/{kind.lower()}", "width": width, "height": height,
                        "data": base64.b64encode(out.getvalue()).decode()}  # fmt: skip
        scaled = scaled.resize((max(1, int(scaled.width * SHRINK)), max(1, int(scaled.height * SHRINK))), Image.Resampling.LANCZOS)


# Short marks would be found in compressed pixels by chance; those are asked of the decoder instead.
WRITTEN_MARKS = (b"Exif\0\0", b"http://ns.adobe.com/xap", b"<x:xmpmeta", b"photoshop:")
WRITTEN_PARTS = ("exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp", "photoshop")


def leftovers(data: bytes) -> list[str]:
    """What a picture says beside its pixels; the last gate before a photo is kept. Empty is good."""
    picture = Image.open(io.BytesIO(data), formats=FORMATS)
    found = [mark.decode().strip("\0") for mark in WRITTEN_MARKS if mark in data]
    found += ["EXIF tags"] * bool(len(picture.getexif()))
    return found + [name for name in WRITTEN_PARTS if picture.info.get(name)]
