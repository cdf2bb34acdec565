"""Everything that a letter's pages can show: two wordings, people and organisations in every state, paper, a list under review."""

from datetime import date
from typing import Any

from awna.letters import services

from .ground import Ground

LIST = "1. Guild of Nurses (GN), Rind, Ireland\n2. Union of Masons of Halvern, something else 77\n3. Red de parteras de Cañarte, Chile\n"
Examples = dict[str, dict[str, Any]]


def letter_examples(ground: Ground) -> Examples:
    """What fills the parameters of a letter's addresses, by the address's name."""
    letter, w = ground.letter, ground.world

    def signed(**said: Any) -> Any:
        services.sign_letter(letter=letter, **said)
        return services.confirm_signature(token=services.confirm_token(letter.version.waiting.latest("pk")))

    person = signed(name="Hala", place="Rind", email="hala@example.org", show_name=True)
    checked = signed(
        kind="organisation", name="نقابة القابلات", name_english="Midwives’ Union", country="JO", place="Rind", office="Chair", signatory="X",
        email="union@example.org", link="https://example.org",
    )  # fmt: skip
    services.note_authority(organisation=checked, authority="minutes seen", author=w.salma)
    checking = signed(kind="organisation", name="Guild of Caldrey", office="Secretary", signatory="Y", email="guild@example.org")
    sheet = services.enter_sheet(
        letter=letter, count=214, place="Rind", collected_on=date(2026, 6, 1), scan_digest="ab" * 32, first_counter="Hala", second_counter="Samir",
        author=w.nour,
    )  # fmt: skip
    taken = services.take_list(letter=letter, text=LIST, listed_by="Builders’ Forum", listed_on=date(2026, 3, 1), author=w.salma)
    services.issue_version(letter=letter, title="Keep the road and the bridge open", text=f"{letter.text}\nAnd the bridge.", author=w.salma)
    letter.refresh_from_db()
    services.sign_letter(letter=letter, name="Reem", email="reem@example.org")
    code = services.confirm_token(letter.version.waiting.get())
    return {
        "confirm_signature": {"token": code}, "withdraw_signature": {"token": services.withdraw_token(person)}, "strike_sheet": {"sheet": sheet.pk},
        "check_authority": {"organisation": checking.pk}, "review_list": {"taken": taken.pk}, "list_row": {"row": taken.rows.first().pk},
        "letter_organisations": {"page": 1},
    }  # fmt: skip
