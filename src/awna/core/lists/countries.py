"""Countries by the names that CLDR gives them in many languages, and by the names that people use."""

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from .vocabulary import fold

LANGUAGES = (
    "en", "ar", "de", "fr", "es", "el", "ru", "uk", "bg", "sr", "bn", "tr", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "fa", "ur", "hi", "he",
    "ca", "eu", "ro", "hu", "cs", "id", "sw", "zh", "ja", "ko", "am", "ku", "hy", "ka", "sq", "hr", "sl", "ga",
)  # fmt: skip
ALSO = {
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "usa": "US", "u.s.a.": "US", "us": "US", "u.s.": "US", "united states of america": "US", "états-unis d'amérique": "US", "eeuu": "US", "ee. uu.": "US",
    "palestine": "PS", "palästina": "PS", "palestina": "PS", "فلسطين": "PS", "παλαιστινη": "PS", "палестина": "PS", "ফিলিস্তিন": "PS", "filistin": "PS",
    "turkey": "TR", "czech republic": "CZ", "ivory coast": "CI", "holland": "NL", "burma": "MM", "swaziland": "SZ", "macedonia": "MK", "cape verde": "CV",
    "russian federation": "RU", "south korea": "KR", "korea": "KR", "dr congo": "CD", "drc": "CD", "congo": "CG", "syria": "SY", "uae": "AE", "bosnia": "BA",
    "republic of ireland": "IE", "the netherlands": "NL", "the gambia": "GM", "hong kong": "HK", "macau": "MO", "emirates": "AE", "brd": "DE",
}  # fmt: skip
LOOK_ALIKES = str.maketrans({"1": "l", "i": "l", "|": "l", "!": "l", "0": "o", "5": "s", "8": "b"})


@dataclass(frozen=True)
class Country:
    """A country found: `exact` is false when a sign had to be taken for another."""

    code: str
    exact: bool


def find_country(text: str) -> Country | None:
    """The country that this whole text names, whatever the language; one misread sign for a look-alike is allowed."""
    exact, alike = _names()
    word = fold(text).strip(" .,;:*")
    if code := exact.get(word) or exact.get(word.replace(".", "")):
        return Country(code, exact=True)
    code = alike.get(_alike(word)) if len(word) > 3 else None
    return Country(code, exact=False) if code else None


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, str], dict[str, str]]:
    """Folded names to codes; and the same with look-alike signs made one. A name of two countries is left out of neither: the first language wins."""
    exact: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"ZZ", "EU", "UN", "XA", "XB", "QO", "EZ"}:
                exact.setdefault(fold(str(name)), str(code))
    exact |= {fold(name): code for name, code in ALSO.items()}
    alike: dict[str, str] = {}
    for name, code in exact.items():
        alike.setdefault(_alike(name), code)
    return exact, alike


def _alike(word: str) -> str:
    return word.translate(LOOK_ALIKES).replace("rn", "m").replace(" ", "").replace("-", "")
