"""An import of bank files is killed at any point and begun again: the same lines as without a kill, none lost, none doubled."""

from datetime import date, timedelta
from typing import Any

from awna.books.models import Movement, ProvisionalLine, Statement
from tests.banks import Booking, camt

from . import _place
from ._cases import BOTH, Case, Result, Torture
from ._crashes import lose_last_entry
from ._place import Place

DAYS, RUN_S = 4, 6.0
"""How many days the files tell of, and about how long their import takes that nobody kills; kills fall into it."""
FIRST_DAY = date(2026, 3, 2)


def kill_file_imports(how: Torture) -> Result:
    """SIGKILL an import of files at a random moment, start it again from the first file, until it is done; then the next book."""
    wanted, dice = how.rounds(full=40, short=2), how.random
    files = list(files_of(dice))
    with _place.scratch() as place:
        import_files(files)
        reference, faults, kills = lines_of(place), _place.faults_of(place), 0
    while kills < wanted and not faults:
        with _place.scratch() as place:
            done = False
            while not done:
                child = _place.spawn(lambda: import_files(files))
                killed = kills < wanted and _place.kill(child, after_s=dice.uniform(0, RUN_S))
                kills += killed
                done = not killed and (kills < wanted or _place.wait(child) == 0)
                place = _place.here(place.name)
            import_files(files)  # once more, after all is there
            if how.plant:
                lose_last_entry()
            faults += _place.faults_of(place)
            if lines_of(place) != reference:
                faults.append(f"{len(lines_of(place))} lines, {len(reference)} without a kill, or others")
    return Result("kills of an import of bank files", kills, faults)


def files_of(dice: Any) -> list[bytes]:
    """For each day an interim report, a statement whose batches stand in one line, and their notice; and at the end days told once more."""
    made, opening, days = [], 0, []
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(number)
        bookings = [
            Booking(
                f"B{number}-{n}",
                [(f"{dice.randint(1, 900)}.00", f"Donor {part}", f"E{number}-{n}-{part}") for part in range(dice.choice((1, 1, 3)))],
            )
            for n in range(8)
        ]
        days.append((day, bookings, opening, number))
        at = {"iban": _place.IBAN, "currency": "EUR", "day": day, "number": number, "bookings": bookings, "opening": f"{opening}.00"}
        made += [camt("052", details=False, **at), camt("053", details=False, **at), camt("054", details=True, **at)]
        opening += sum(int(float(part[0])) for one in bookings for part in one.parts)
    day, bookings, opening, number = days[1]
    again = camt("053", _place.IBAN, "EUR", opening=f"{opening}.00", bookings=bookings, details=True, day=day, number=number)
    return [*made, again]


def import_files(files: list[bytes]) -> None:
    from awna.desk import services as desk

    place = _place.here("")
    for number, data in enumerate(files):
        desk.import_statement(bank_account=place.account, data=data, filename="f.xml", author=place.karim, request_id=f"f{number}")


def lines_of(place: Place) -> list[tuple[str, int, int]]:
    """Every movement with what entries took of it, what waits, and how many statements there are."""
    found = sorted((str(pk), amount, used) for pk, amount, used in Movement.objects.values_list("pk", "amount", "used"))
    waiting = ProvisionalLine.objects.exclude(state="confirmed").count()
    return [*found, ("statements", Statement.objects.filter(bank_account=place.account).count(), waiting)]


CASES = [Case(1, "an import of bank files is killed", BOTH, kill_file_imports)]
