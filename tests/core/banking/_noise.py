"""Seeded bank lines with named noise, and what each truly pays: to judge that nothing books itself wrongly."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from awna.core.banking.matching import Target
from awna.core.banking.references import ALPHABET, group_reference, new_reference
from awna.core.banking.statement import Line

FIRST_DAY = date(2026, 1, 2)
# Invented names of several languages.
GIVEN = (
    "Dana",
    "Zoë",
    "Omar",
    "Rami",
    "Ines",
    "Jürgen",
    "Åsa",
    "Marek",
    "Lucía",
    "Yusuf",
    "Amélie",
    "Tomas",
    "Nadia",
    "Piotr",
    "Hana",
    "Selma",
)
FAMILY = (
    "Example",
    "Beispiel",
    "Voorbeeld",
    "Exemple",
    "Ejemplo",
    "Priklad",
    "Esimerkki",
    "Eksempel",
    "Mithal",
    "Ornek",
    "Probny",
    "Minta",
)


@dataclass(frozen=True)
class Case:
    """A line, its kind of noise, the references it truly pays, and whether a machine may book it."""

    line: Line
    noise: str
    truth: tuple[str, ...]
    bookable: bool
    whole_reference: bool


class Noise:
    """Makes targets and lines from one seed."""

    def __init__(self, seed: int, count: int) -> None:
        self.source = random.Random(seed)
        self.targets: list[Target] = []
        self.cases = [self.case(number) for number in range(count)]

    def case(self, number: int) -> Case:
        kind, weight = zip(*((make, weight) for make, weight in KINDS), strict=True)
        return self.source.choices(kind, weight)[0](self, number)

    def pledge(self, **more: object) -> Target:
        source = self.source
        amount = Decimal(source.choice((1000, 2500, 5000, 10000, source.randint(500, 90_000)))) / 100
        day = FIRST_DAY + timedelta(source.randrange(300))
        fields = {
            "reference": new_reference(source.randbytes(8)), "amount": amount, "currency": source.choice(("EUR", "EUR", "EUR", "CHF")),
            "key": str(len(self.targets)), "name": f"{source.choice(GIVEN)} {source.choice(FAMILY)}", "expected_on": day,
            "payer_accounts": (f"XX{source.randrange(10**18):018d}",), **more,
        }  # fmt: skip
        target = Target(**fields)
        self.targets.append(target)
        return target

    def line(self, target: Target, text: str = "", **more: object) -> Line:
        fields = {
            "amount": target.amount, "currency": target.currency, "booked_on": target.expected_on + timedelta(self.source.randint(0, 20)) if target.expected_on else None,
            "text": text, "counterparty": target.name, "counter_account": target.payer_accounts[0] if target.payer_accounts else "", **more,
        }  # fmt: skip
        return Line(**fields)

    def typed(self, reference: str) -> str:
        """As payers type it: grouped, in small letters, with words around it, with look-alikes."""
        source = self.source
        ways: tuple[Callable[[str], str], ...] = (
            str, group_reference, str.lower, lambda text: group_reference(text).replace(" ", "-"), lambda text: f"Gift {text} thank you",
            lambda text: text.replace("0", "O").replace("1", "I"), lambda text: f"Spende,{group_reference(text)}/Danke",
        )  # fmt: skip
        return source.choice(ways)(reference)


def _clean(noise: Noise, _number: int) -> Case:
    target = noise.pledge()
    given = {"reference": target.reference} if noise.source.random() < 0.5 else {"text": noise.typed(target.reference)}
    return Case(noise.line(target, **given), "clean", (target.reference,), True, True)


def _name_typo(noise: Noise, _number: int) -> Case:
    target = noise.pledge()
    name = list(target.name)
    place = noise.source.randrange(len(name) - 1)
    name[place], name[place + 1] = name[place + 1], name[place]
    return Case(noise.line(target, noise.typed(target.reference), counterparty="".join(name)), "name typo", (target.reference,), True, True)


def _split_reference(noise: Noise, _number: int) -> Case:
    """Cut by the bank: over two lines, or over two fields."""
    target = noise.pledge()
    cut = noise.source.randint(5, 14)
    head, tail = target.reference[:cut], target.reference[cut:]
    if noise.source.random() < 0.5:
        gap = noise.source.choice((" ", "\n", "  ", " - "))
        line = noise.line(target, f"For the school {head}{gap}{tail}")
    else:
        line = noise.line(target, tail, reference=head)
    return Case(line, "split reference", (target.reference,), True, True)


def _two_references(noise: Noise, _number: int) -> Case:
    one, other = noise.pledge(), noise.pledge()
    other = replace(other, currency=one.currency)
    noise.targets[-1] = other
    amount = noise.source.choice((one.amount + other.amount, one.amount, other.amount))
    line = noise.line(one, f"{noise.typed(one.reference)} {noise.typed(other.reference)}", amount=amount)
    return Case(line, "two references", (one.reference, other.reference), False, True)


def _wrong_currency(noise: Noise, _number: int) -> Case:
    target = noise.pledge()
    line = noise.line(target, noise.typed(target.reference), currency="USD")
    return Case(line, "wrong currency", (target.reference,), False, True)


def _part_payment(noise: Noise, _number: int) -> Case:
    target = noise.pledge()
    line = noise.line(target, noise.typed(target.reference), amount=target.amount - Decimal("0.01") * noise.source.randint(1, 400))
    return Case(line, "part payment", (target.reference,), False, True)


def _damaged(noise: Noise, _number: int) -> Case:
    """One character of the reference is another one, or two neighbours changed places."""
    target = noise.pledge()
    letters = list(target.reference)
    place = noise.source.randint(2, 14)
    if noise.source.random() < 0.5:
        letters[place] = noise.source.choice([letter for letter in (ALPHABET if place > 3 else "0123456789") if letter != letters[place]])
    else:
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    damaged = "".join(letters)
    whole = damaged == target.reference
    return Case(noise.line(target, damaged), "damaged character", (target.reference,), whole, whole)


def _foreign(noise: Noise, _number: int) -> Case:
    """A right RF number of somebody else, sometimes in our own form, with the amount and name of a pledge of ours."""
    target = noise.pledge()
    foreign = "RF18 5390 0754 7034" if noise.source.random() < 0.5 else new_reference(noise.source.randbytes(8))
    return Case(
        noise.line(target, foreign, reference=foreign if noise.source.random() < 0.5 else ""), "foreign RF number", (), False, False
    )


def _reversal(noise: Noise, _number: int) -> Case:
    target = noise.pledge()
    sign = noise.source.choice((1, -1))
    line = noise.line(target, noise.typed(target.reference), amount=sign * target.amount, reversal=True)
    return Case(line, "reversal", (target.reference,), False, True)


def _pending(noise: Noise, _number: int) -> Case:
    target = noise.pledge()
    return Case(noise.line(target, noise.typed(target.reference), status="pending"), "not booked yet", (target.reference,), False, True)


def _closed(noise: Noise, _number: int) -> Case:
    target = noise.pledge(open=False)
    return Case(noise.line(target, noise.typed(target.reference)), "pledge not open", (target.reference,), False, True)


def _payer_of_two(noise: Noise, _number: int) -> Case:
    """A remembered payer with two open pledges of one amount, and no reference."""
    one = noise.pledge()
    noise.pledge(payer_accounts=one.payer_accounts, name=one.name, amount=one.amount, currency=one.currency)
    return Case(noise.line(one, "My gift"), "remembered payer, two open pledges", (one.reference,), False, False)


def _payer_of_one(noise: Noise, _number: int) -> Case:
    target = noise.pledge()
    return Case(noise.line(target, "My gift"), "remembered payer, one open pledge", (target.reference,), False, False)


def _payer_differs(noise: Noise, _number: int) -> Case:
    """The reference of one pledge from the account of another donor: the reference wins."""
    target, other = noise.pledge(), noise.pledge()
    line = noise.line(target, noise.typed(target.reference), counter_account=other.payer_accounts[0], counterparty=other.name)
    return Case(line, "reference against remembered payer", (target.reference,), True, True)


def _name_only(noise: Noise, _number: int) -> Case:
    target = noise.pledge(payer_accounts=())
    words = target.name.upper().split()
    return Case(
        noise.line(target, "Donation", counterparty=" ".join(reversed(words))), "name and amount alone", (target.reference,), False, False
    )


def _swiss(noise: Noise, number: int) -> Case:
    body = f"{noise.source.randrange(10**20):020d}{number:06d}"
    target = noise.pledge(qr_reference=body + _check_digit(body), currency="CHF")
    return Case(
        noise.line(target, creditor_reference=target.qr_reference, reference=target.qr_reference),
        "Swiss QR reference",
        (target.reference,),
        True,
        True,
    )


def _mandate(noise: Noise, number: int) -> Case:
    target = noise.pledge(mandate_id=f"M-{number}-{noise.source.randrange(10**6)}")
    return Case(noise.line(target, mandate_id=target.mandate_id), "mandate", (target.reference,), True, True)


def _end_to_end(noise: Noise, number: int) -> Case:
    target = noise.pledge(end_to_end_id=f"AWNA-{number}-{noise.source.randrange(10**6)}")
    return Case(noise.line(target, end_to_end_id=target.end_to_end_id), "end-to-end id", (target.reference,), True, True)


def _stranger(noise: Noise, number: int) -> Case:
    """Nothing of ours at all."""
    amount = Decimal(noise.source.randint(100, 99_999)) / 100
    return Case(
        Line(amount=amount, currency="EUR", text=f"Invoice {number}", counterparty="Unknown Sender"), "nobody we know", (), False, False
    )


def _check_digit(body: str) -> str:
    carry = 0
    for digit in body:
        carry = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)


KINDS: tuple[tuple[Callable[[Noise, int], Case], int], ...] = (
    (_clean, 30), (_name_typo, 6), (_split_reference, 10), (_two_references, 4), (_wrong_currency, 4), (_part_payment, 5), (_damaged, 7), (_foreign, 5),
    (_reversal, 4), (_pending, 2), (_closed, 2), (_payer_of_two, 4), (_payer_of_one, 3), (_payer_differs, 4), (_name_only, 3), (_swiss, 2), (_mandate, 2),
    (_end_to_end, 2), (_stranger, 3),
)  # fmt: skip
