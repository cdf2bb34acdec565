"""How alike two names are, whatever their order, accents, case and small slips; 1 is the same, 0 has nothing in common."""

import re
import unicodedata
from functools import lru_cache

SLIPS_PER_LETTERS = 5  # one slip in five letters is still the same word
FIGURES_DIFFER = 0.5
"""At most this alike are names with other figures: they share their letters, and are not one name."""
_WORD = re.compile(r"[^\W\d_]+|\d+")
_TITLES = frozenset(
    {"mr", "mrs", "ms", "dr", "herr", "frau", "family", "familie", "und", "and", "et", "y", "e", "en", "de", "van", "von", "al", "el"}
)


@lru_cache(maxsize=50_000)
def name_words(name: str) -> frozenset[str]:
    """The words that count, without accents and titles. Figures count too: “Klein 4” and “Klein 14” are two."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(letter))
    words = _WORD.findall(plain)
    return frozenset(word for word in words if word not in _TITLES and (len(word) > 1 or word.isdigit())) or frozenset(words)


def name_similarity(one: str, other: str) -> float:
    """The share of letters whose words are found in the other name."""
    first, second = name_words(one), name_words(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    if _other_figures(first, second):
        return min(FIGURES_DIFFER, _alike(first, second))
    return _alike(first, second)


def _alike(first: frozenset[str], second: frozenset[str]) -> float:
    """How much of the words of one is found among the words of the other."""
    fewer, more = sorted((first, second), key=lambda words: sum(map(len, words)))
    found = sum(len(word) * max(_word_similarity(word, candidate) for candidate in more) for word in fewer)
    # A single short name within a long one says little: half of what is missing counts.
    whole = sum(map(len, fewer))
    return found / (whole + (sum(map(len, more)) - whole) / 2)


def _other_figures(one: frozenset[str], other: frozenset[str]) -> bool:
    """Both carry figures, and not the same ones: an office, a flat or a school class beside another one."""
    first, second = ({word for word in words if word.isdigit()} for words in (one, other))
    return bool(first) and bool(second) and first != second


@lru_cache(maxsize=100_000)
def _word_similarity(one: str, other: str) -> float:
    if one == other:
        return 1.0
    longest = max(len(one), len(other))
    slips = _distance(one, other, longest // SLIPS_PER_LETTERS + 1)
    if slips <= max(1, longest // SLIPS_PER_LETTERS) and longest > 2:
        return 1 - slips / longest
    return 0.6 if min(len(one), len(other)) == 1 and one[0] == other[0] else 0.0


def _distance(one: str, other: str, most: int) -> int:
    """Edits with neighbours swapped as one edit; gives up above `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        current = [i]
        for j, right in enumerate(other, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, row = row, current
    return row[-1]
