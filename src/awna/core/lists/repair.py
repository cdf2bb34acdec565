"""Words put together again after a broken line, and letters that a scanner took for digits. What was changed is told."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice, product

from .vocabulary import ENGLISH, fold

WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
MEANT = {"0": "oO", "1": "liI", "5": "sS", "8": "B"}
LIKE_A_LETTER = re.compile(r"[A-Za-z][0158](?![a-z])")
NUMBERED = re.compile(r"[A-Z]{2,}[-.]?\d+|\d+(?:st|nd|rd|th|er|re|e|o|a|de|te|ter)")
VOWELS = frozenset("aeiouyäöüáéíóúàèìòùâêîôûœæ")
WAYS_MAX = 64


@dataclass(frozen=True)
class Lexicon:
    """How often each word stands in the text without a digit in it."""

    times: Counter[str]

    def knows(self, word: str) -> int:
        return self.times[fold(word)] + 2 * (fold(word) in ENGLISH)


def lexicon_of(text: str) -> Lexicon:
    return Lexicon(Counter(fold(word) for word in WORD.findall(text) if not any(sign.isdigit() for sign in word)))


def join_broken(first: str, second: str) -> tuple[str, bool]:
    """Two lines as one; true when a word that a hyphen broke was put together."""
    if re.search(r"[^\W\d_]{2}-$", first) and second[:1].isalpha() and not second[:1].isupper():
        return first[:-1] + second, True
    by = "" if first.endswith(("-", "/")) or not first or not second else " "
    return first + by + second, False


def mend(text: str, lexicon: Lexicon) -> tuple[str, bool]:
    """The text with digits inside words read as letters; true when any was, or may have been: `GOB0` stays, in doubt."""
    mended = WORD.sub(lambda match: _mended(match.group(), lexicon), text)
    return mended, mended != text or LIKE_A_LETTER.search(mended) is not None


def readings(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The mended text with one word in doubt read in each other way that its letters allow; none where nothing is in doubt."""
    found: list[str] = []
    for match in WORD.finditer(text):
        before, after = mend(text[: match.start()], lexicon)[0], mend(text[match.end() :], lexicon)[0]
        found += [before + way + after for way in _ways(match.group(), lexicon)[1:]]
    return tuple(found[:WAYS_MAX])


def _mended(word: str, lexicon: Lexicon) -> str:
    return _ways(word, lexicon)[0]


def _ways(word: str, lexicon: Lexicon) -> list[str]:
    """How the letters of a word may be read, the likeliest first; one way alone where none of them is in doubt."""
    letters = [sign for sign in word if sign.isalpha()]
    if len(letters) < 2 or not all(sign < "\u0250" for sign in letters):
        return [word]
    if not any(sign in MEANT for sign in word):
        return list(dict.fromkeys([_capital(word, lexicon), word]))
    if not all(sign.isalpha() or sign in MEANT or sign in "'’.-" for sign in word):
        return [word]
    capitals = sum(sign.isupper() for sign in letters)
    choices = [_letters_for(sign, n, word, all_caps=capitals == len(letters)) for n, sign in enumerate(word)]
    ways = ["".join(way) for way in islice(product(*choices), WAYS_MAX)]
    if NUMBERED.fullmatch(word):
        return [word, *ways] if LIKE_A_LETTER.search(word) else [word]
    return sorted(ways, key=lexicon.knows, reverse=True)


def _letters_for(sign: str, at: int, word: str, *, all_caps: bool) -> str:
    """What a digit may have been, the likeliest first."""
    if sign not in MEANT:
        return sign
    if all_caps:
        return {"0": "O", "1": "IL", "5": "S", "8": "B"}[sign]
    if at == 0:
        return {"0": "Oo", "1": "Il", "5": "S", "8": "B"}[sign]
    before, after = word[at - 1].casefold(), word[at + 1 : at + 2].casefold()
    if sign == "1":
        return "li" if before in VOWELS or after in VOWELS else "il"
    return MEANT[sign]


def _capital(word: str, lexicon: Lexicon) -> str:
    """A small l where a capital I must have stood: `lndia`, `lnitiative`."""
    if word[0] == "l" and len(word) > 2 and word[1].isalpha() and word[1] not in VOWELS and word[1] not in "l'’":
        return "I" + word[1:]
    if "l" in word and sum(sign.isupper() for sign in word) >= 2 and word.replace("l", "").replace(".", "").isupper():
        return word.replace("l", "I")
    return word if lexicon.knows(word) or word[0] != "l" or "I" + word[1:] == word else _known_capital(word, lexicon)


def _known_capital(word: str, lexicon: Lexicon) -> str:
    other = "I" + word[1:]
    return other if lexicon.knows(other) > lexicon.knows(word) else word
