"""What is known of each language of the interface: whether its words were edited by somebody who grew up with it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

SOURCE = "en"
"""The words are written in this language; all others follow it."""
EDITED: frozenset[str] = frozenset({SOURCE})
"""Languages whose catalogue a native reader has edited; the name goes here once one has, and the warning leaves every page."""
NOT_EDITED = _("The words of this site were translated by a program; no native reader has edited them yet.")


@dataclass(frozen=True)
class LanguageState:
    """`edited` or `machine`, and what a reader is told about it."""

    code: str
    text: Any = ""
    source: str = ""


def own_name(code: str) -> str:
    """The name of a language in that language."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


def state_of(code: str, *, source: str = "") -> LanguageState:
    """`source` is the address of the same page in the language that counts."""
    base = code.split("-")[0]
    return LanguageState("edited") if base in EDITED else LanguageState("machine", NOT_EDITED, source)
