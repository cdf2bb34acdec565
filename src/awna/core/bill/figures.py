"""Numbers as people write them in bills: Arabic-Indic digits, decimal points and commas, currency signs, units behind them."""

import re
from collections.abc import Iterable
from decimal import Decimal

from .words import currency_in

DIGITS_MAX = 18
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫−", "01234567890123456789.-")
_GROUPS = re.compile(r"[\s_'’\u066c\u060c\u200e\u200f]")
_FIGURE = re.compile(r"^(?P<before>[^\d(+.,-]*)(?P<number>[(+-]?[\d.,]+\)?-?)(?P<after>.*)$", re.DOTALL)


def plain_number(text: str) -> tuple[str, str]:
    """A cell as digits with signs, and the words around them: `US$ 1,200.50` → (`1,200.50`, `US$`)."""
    arabic = "٫" in text
    found = text.translate(_DIGITS).strip()
    if arabic:
        found = found.replace(",", "")
    found = re.sub(r"(?<=\d)[\s_'’\u066c\u00a0\u202f](?=\d)", "", found)
    match = _FIGURE.match(found)
    if not match or (
        re.match(r"\S*\d", match["after"].strip() if _GROUPS.sub("", match["after"]) else "") and not _is_power(match["after"])
    ):
        return "", found
    return match["number"], f"{match['before'].strip()} {match['after'].strip()}".strip()


def _is_power(text: str) -> bool:
    """m2, m3, م2: the only words with a digit that may follow a number."""
    return bool(re.fullmatch(r"\s*\w{1,2}[23]\s*", text))


def parse_figure(text: str, *, decimal: str) -> Decimal | None:
    """The number that `1.234,50`, `(12)` or `١٢٫٥` means where `decimal` is the sign before decimals; None = it is none, or unclear."""
    number, _words = plain_number(text)
    negative = number.startswith(("(", "-")) or number.endswith("-")
    body = number.strip("()+-")
    group = "," if decimal == "." else "."
    if "٫" in text:
        decimal, group = ".", ","
    pattern = rf"\d{{1,3}}({re.escape(group)}\d{{3}})+({re.escape(decimal)}\d*)?|\d*({re.escape(decimal)}\d+)?|\d+{re.escape(decimal)}"
    if not re.fullmatch(pattern, body) or not any(sign.isdigit() for sign in body) or sum(map(str.isdigit, body)) > DIGITS_MAX:
        return None
    value = Decimal(body.replace(group, "").replace(decimal, ".") or "0")
    return -value if negative else value


def words_beside(text: str) -> tuple[str, str]:
    """(currency, other words) that stand around the number of a cell."""
    _number, words = plain_number(text)
    currency = currency_in(words)
    return currency, "" if currency else words


def decimal_sign(texts: Iterable[str], *, usual: str = ".") -> str:
    """The sign before decimals in the texts of a file: what stands last, or stands with other than three digits behind it."""
    votes = {".": 0, ",": 0}
    for text in texts:
        number = plain_number(text)[0]
        if "٫" in text or not number:
            continue
        for sign, other in ((".", ","), (",", ".")):
            if sign not in number or number.count(sign) > 1:
                continue
            whole, _, part = number.strip("()+-").partition(sign)
            if (other in whole and other not in part) or (other not in number and (len(part) != 3 or whole in ("", "0"))):
                votes[sign] += 1
    if votes["."] == votes[","]:
        return usual
    return max(votes, key=lambda sign: votes[sign])


def exact(value: float | int) -> Decimal:
    """A number of a workbook: fifteen digits, as spreadsheets keep them."""
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
