"""Amounts as people type and read them, and as the book keeps them: whole minor units, never floats."""

import re
from dataclasses import dataclass

from .problems import Problem, Refused

AMOUNT_MINOR_MAX = 10**15
SCALE_MAX = 9
CURRENCY_SCALES = {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "JPY": 0, "KRW": 0, "XAF": 0, "XOF": 0}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True, order=True)
class Commodity:
    """A thing that is counted: a currency, a material, an hour. `scale` is its number of decimals."""

    code: str
    scale: int = 2


def currency_scale(code: str) -> int:
    """Decimals of an ISO 4217 currency (2 unless listed)."""
    return CURRENCY_SCALES.get(code, 2)


def parse_minor(text: str, scale: int) -> int:
    """Read a decimal such as `1234.50` (or Arabic-Indic digits) as minor units; refuse what is not exact.

    Spaces and thin spaces may group digits; commas are refused because they mean different things.
    """
    cleaned = re.sub(r"[\s_\u066c]", "", text.translate(_DIGITS))
    if not _NUMBER.fullmatch(cleaned):
        raise Refused(
            Problem(
                "amount_not_a_number",
                "“%(asked)s” is not an amount. Type digits with a point for decimals, such as 1250.50.",
                {"asked": text},
            )
        )
    sign = -1 if cleaned.startswith("-") else 1
    whole, _, decimals = cleaned.lstrip("+-").partition(".")
    if len(decimals.rstrip("0")) > scale:
        raise Refused(
            Problem(
                "amount_too_precise",
                "“%(asked)s” has more than %(scale)s decimals. Round it to %(scale)s decimals.",
                {"asked": text, "scale": scale},
            )
        )
    minor = sign * int(whole + decimals.rstrip("0").ljust(scale, "0"))
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise Refused(Problem("amount_too_large", "“%(asked)s” is larger than the book can hold. Split it.", {"asked": text}))
    return minor


def format_minor(minor: int, scale: int) -> str:
    """`125050, 2` → `1250.50`; exact, without grouping."""
    digits = str(abs(minor)).rjust(scale + 1, "0")
    body = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{body}" if minor < 0 else body


def group_minor(minor: int, scale: int) -> str:
    """`125050, 2` → `1 250.50` with no-break spaces: the form for pages."""
    whole, point, decimals = format_minor(abs(minor), scale).partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u00a0")
    return ("−" if minor < 0 else "") + grouped + point + decimals


def largest_remainder(total: int, weights: list[int]) -> list[int]:
    """Split `total` minor units by integer weights so that the parts add up exactly."""
    weight_sum = sum(weights)
    if weight_sum <= 0 or total < 0:
        raise ValueError("weights must have a positive sum and the total must not be negative")
    parts = [total * weight // weight_sum for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % weight_sum), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
