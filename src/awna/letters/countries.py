"""Countries by name in the reader's language."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=16)
def names_in(language: str) -> dict[str, str]:
    """Two-letter codes to names; English where the language is not known."""
    try:
        territories = Locale.parse(language.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError):
        territories = Locale.parse("en").territories
    return {
        str(code): str(name)
        for code, name in territories.items()
        if len(code) == 2 and code not in {"ZZ", "EU", "UN", "XA", "XB", "QO", "EZ"}
    }


def country_choices(language: str) -> list[tuple[str, str]]:
    """For a select field, in the order of the names."""
    return [("", "–"), *sorted(names_in(language).items(), key=lambda pair: pair[1].casefold())]


def country_name(code: str, language: str) -> str:
    return names_in(language).get(code, code)
