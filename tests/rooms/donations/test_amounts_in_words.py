"""Amounts in words: Spanish against a small grammar written for this test, the other languages by the words that are hard in each."""

import random

import pytest

from awna.donations.services.receipt_words import amount_in_words

UNITS = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
TENS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
HUNDREDS = [
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]


def below_thousand(n: int, *, before: bool) -> str:
    """`before`: a noun such as mil or millones follows."""
    if n == 100:
        return "cien"
    hundreds, rest = divmod(n, 100)
    words = [HUNDREDS[hundreds - 1]] if hundreds else []
    if rest and rest < 30:
        words.append({1: "un", 21: "veintiún"}.get(rest, UNITS[rest]) if before else UNITS[rest])
    elif rest:
        one = {1: "un"}.get(rest % 10, UNITS[rest % 10]) if before else UNITS[rest % 10]
        words.append(TENS[rest // 10 - 3] + (f" y {one}" if rest % 10 else ""))
    return " ".join(words)


def below_million(n: int, *, before: bool = False) -> str:
    thousands, rest = divmod(n, 1000)
    words = ["mil"] if thousands == 1 else [below_thousand(thousands, before=True), "mil"] if thousands else []
    return " ".join([*words, *([below_thousand(rest, before=before)] if rest else [])])


def spanish(n: int) -> str:
    if n == 0:
        return "cero"
    millions, rest = divmod(n, 10**6)
    words = ["un millón"] if millions == 1 else [below_million(millions, before=True), "millones"] if millions else []
    return " ".join([*words, *([below_million(rest)] if rest else [])])


def said(n: int, language: str) -> str:
    return amount_in_words(n, scale=0, code="EUR", language=language).removesuffix(" EUR")


def test_spanish_is_right_over_the_range_of_amounts():
    chosen = random.Random(7)
    sample = [*range(1_101), *range(20_900, 21_200), *(chosen.randrange(10 ** chosen.randrange(4, 12)) for _ in range(3_000))]
    sample += [
        part * 10**power + rest for part in (1, 21, 31, 100, 101, 121, 1_001, 21_001) for power in (3, 6) for rest in (0, 1, 21, 21_021)
    ]
    assert [(n, said(n, "es"), spanish(n)) for n in sample if said(n, "es") != spanish(n)] == []


@pytest.mark.parametrize(
    ("language", "n", "words"),
    [
        ("es", 21_000_000, "veintiún millones"), ("es", 31_001, "treinta y un mil uno"), ("fr", 80_200, "quatre-vingt mille deux cents"),
        ("de", 21_000_000, "einundzwanzig Millionen"), ("en", 121, "one hundred and twenty-one"), ("ar", 3_000, "ثلاثة آلاف"),
    ],
)  # fmt: skip
def test_the_hard_words(language, n, words):
    assert said(n, language) == words
