"""Sets a page or picture with typst, in the sandbox: a template of ours and plain data in, PDF, PNG or SVG bytes out.

Data reaches the template as JSON and is never pasted into its source. Only the fonts beside this file are used, so that the same data gives
the same picture on every machine, Arabic included.
"""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst

from .sandbox import Limits, run_in_sandbox

PACKAGE_DIR = Path(__file__).resolve().parents[1]
FONT_DIR = Path(__file__).resolve().parent / "fonts"
PDF, PNG = "pdf", "png"
POINTS_PER_INCH = 72.0
LIMITS = Limits(memory_mb=2048, cpu_s=20, wall_s=30, modules=("awna.kit.typeset:",))


def typeset(template: str, data: Any, *, form: str = PDF, standards: Sequence[str] = ()) -> bytes:
    """`template`: a path within the package, such as `public/typeset/poster.typ`. In it, `#let data = json(bytes(sys.inputs.data))`.

    `standards` of a PDF that is kept: `a-3b` and `ua-1`. The document says its own day, so that no clock stands in the bytes.
    """
    payload = {"template": template, "data": data, "form": form, "standards": list(standards)}
    answer = run_in_sandbox("awna.kit.typeset:set_page", payload, limits=LIMITS)
    return base64.b64decode(answer)


def set_page(payload: dict[str, Any]) -> str:
    """Inside the sandbox."""
    written = typst.compile(
        (PACKAGE_DIR / payload["template"]).read_bytes(), format=payload["form"], ppi=POINTS_PER_INCH, font_paths=[str(FONT_DIR)],
        ignore_system_fonts=True, pdf_standards=payload["standards"], sys_inputs={"data": json.dumps(payload["data"], ensure_ascii=False)},
    )  # fmt: skip
    if not isinstance(written, bytes):
        raise ValueError("the template has more than one page")
    return base64.b64encode(written).decode()
