"""What the parts of one entry are: name, English name, short form, country, place, office, person. What stays unclear is marked."""

import re
from dataclasses import dataclass, field, replace

from .countries import find_country
from .entries import Entry
from .pieces import HARD, Piece
from .rows import FIELDS, SURE, UNSURE, Cell
from .vocabulary import ENGLISH, ENGLISH_SMALL, OFFICES, TITLES, english_words, fold, is_body, is_office, script_of, words_of

SHORT_LETTERS_MAX, OFFICE_WORDS_MAX, PERSON_WORDS_MAX, PLACE_WORDS_MAX, NAME_WORDS_USUAL = 12, 4, 5, 4, 14
CASELESS = {"ARABIC", "BENGALI", "HEBREW", "DEVANAGARI"}
SIGNED_BY = re.compile(
    r"^(?:signed(?: by)?|represented by|on behalf of|contact|vertreten durch|gezeichnet|représentée? par|signé par|firmado por|por|c/o)[:\s]+(?=\S)",
    re.I,
)


@dataclass
class Draft:
    """The parts that are not placed yet, and the fields so far."""

    pieces: list[Piece]
    cells: dict[str, Cell] = field(default_factory=dict)

    def put(self, name: str, text: str, *, sure: bool, used: list[Piece]) -> None:
        self.cells[name] = Cell(text, SURE if sure and not any(piece.changed for piece in used) else UNSURE)
        self.pieces = [piece for piece in self.pieces if all(piece is not one for one in used)]


def fields_of(pieces: list[Piece], entry: Entry) -> tuple[dict[str, Cell], str]:
    """The fields of an entry, and the parts that found no field.

    A field is sure only if it says the same however the letters in doubt are read: which part is which hangs on the words of all of them.
    """
    cells, rest = _placed(pieces, entry)
    for n, piece in enumerate(pieces):
        for other in piece.others:
            there, _ = _placed([*pieces[:n], replace(piece, text=other), *pieces[n + 1 :]], entry)
            differing = [name for name in FIELDS if there.get(name, Cell()).text != cells.get(name, Cell()).text]
            cells |= {name: cells.get(name, Cell()).doubted() for name in differing}
    return cells, rest


def _placed(pieces: list[Piece], entry: Entry) -> tuple[dict[str, Cell], str]:
    """Every part in its field under one reading."""
    draft = Draft(list(pieces))
    _find_country(draft, entry)
    _find_short(draft)
    _find_signatory(draft)
    _find_names(draft)
    _find_place(draft)
    rest = " · ".join(piece.text for piece in draft.pieces)
    cells = draft.cells
    if "name_original" not in cells:
        cells["name_original"] = Cell("", UNSURE)
    if not entry.sure or rest:
        cells = {name: cells.get(name, Cell()).doubted() for name in FIELDS}
    return cells, rest


# -- country and short form ------------------------------------------------------------------------------------------


def _find_country(draft: Draft, entry: Entry) -> None:
    """The last part that is a country; the first one only before a colon."""
    pieces = draft.pieces
    for n in range(len(pieces) - 1, -1, -1):
        leads = n == 0 and len(pieces) > 1 and pieces[1].by in {":", HARD, "|", "-", "–"}
        if (n or leads) and (found := find_country(pieces[n].text)):
            draft.put("country", found.code, sure=found.exact, used=[pieces[n]])
            return
    if entry.country:
        draft.cells["country"] = Cell(entry.country)


def is_short_form(text: str, *, bracketed: bool = False) -> bool:
    """Capitals without spaces, `R.A.D.`, or in a bracket a few letters of a script without capitals."""
    bare = text.replace(" ", "") if re.fullmatch(r"(?:[^\W\d_]\.\s?){2,}", text) else text
    letters = [sign for sign in bare if sign.isalpha()]
    if " " in bare or not 2 <= len(letters) <= SHORT_LETTERS_MAX or re.search(r"[^\w.\-&/’']", bare):
        return False
    if script_of(bare) in CASELESS:
        return re.fullmatch(r"(?:[^\W\d_]\W?\.){2,}", bare) is not None or (bracketed and len(letters) <= 5)
    return sum(sign.isupper() for sign in letters) >= max(2, 0.6 * len(letters))


def initials_match(short: str, name: str) -> float:
    """How much of a short form the first letters of the words of a name give, in their order: 0 to 1."""
    wanted = [sign for sign in fold(short) if sign.isalpha()]
    if not wanted:
        return 0.0
    at = 0
    for word in re.split(r"[\s\-’'/,]+", fold(name)):
        if at < len(wanted) and word[:1] == wanted[at]:
            at += 1
    return at / len(wanted)


def _find_short(draft: Draft) -> None:
    """A short form stands apart from a longer part."""
    if len(draft.pieces) < 2:
        return
    found = [piece for piece in draft.pieces if is_short_form(piece.text, bracketed=piece.group > 0)]
    if not found:
        return
    others = [piece.text for piece in draft.pieces if piece not in found]
    whole = [*others, " ".join(others)]
    best = max(found, key=lambda piece: (max((initials_match(piece.text, other) for other in whole), default=0.0), piece.group > 0))
    matched = max((initials_match(best.text, other) for other in whole), default=0.0)
    draft.put("abbreviation", best.text, sure=matched >= 0.7, used=[best])


# -- who signs -------------------------------------------------------------------------------------------------------


def is_role(text: str) -> bool:
    words = words_of(text)
    if not is_office(text) or len(words) > OFFICE_WORDS_MAX:
        return False
    return words[0] in OFFICES or not is_body(text)


def is_person(text: str) -> bool:
    """Two to five words that begin with capitals and name no body; certain only beside an office or after a title."""
    words = text.split()
    if not 1 < len(words) <= PERSON_WORDS_MAX or is_body(text) or any(sign.isdigit() for sign in text) or find_country(text):
        return False
    small = {"von", "van", "de", "da", "del", "bin", "ibn", "al", "el", "di", "der"}
    if any(word in ENGLISH_SMALL for word in words):
        return False
    return script_of(text) in CASELESS or all(word[:1].isupper() or word in small for word in words)


def _has_title(text: str) -> bool:
    first = text.split()[0].rstrip(".")
    return fold(first) in TITLES and len(text.split()) > 1 and not is_body(text)


def _find_signatory(draft: Draft) -> None:
    for piece in list(draft.pieces):
        if match := SIGNED_BY.match(piece.text):
            draft.put("person", piece.text[match.end() :], sure=True, used=[piece])
    pieces = draft.pieces
    roles = [n for n, piece in enumerate(pieces) if is_role(piece.text) and len(pieces) > 1]
    if roles and "role" not in draft.cells:
        n = roles[-1] if not pieces[roles[0]].by else roles[0]
        beside = [m for m in (n - 1, n + 1) if 0 <= m < len(pieces) and is_person(pieces[m].text) and not _leads(pieces, m)]
        titled = [m for m in range(len(pieces)) if _has_title(pieces[m].text)]
        who = (titled or beside)[:1]
        role, person = pieces[n], [pieces[m] for m in who]
        draft.put("role", role.text, sure=True, used=[role])
        if person and "person" not in draft.cells:
            draft.put(
                "person",
                person[0].text,
                sure=bool(titled) or HARD in (person[0].by, role.by) or _another_is_body(draft.pieces, person[0]),
                used=person,
            )
    elif with_title := [piece for piece in pieces if _has_title(piece.text)]:
        draft.put("person", with_title[0].text, sure=len(pieces) > 1, used=with_title[:1])


def _leads(pieces: list[Piece], n: int) -> bool:
    """The first part is the name, unless a later part names a body."""
    return n == 0 and not any(is_body(piece.text) for piece in pieces[1:])


def _another_is_body(pieces: list[Piece], but: Piece) -> bool:
    return any(is_body(piece.text) for piece in pieces if piece is not but)


# -- names and place -------------------------------------------------------------------------------------------------


def _find_names(draft: Draft) -> None:
    own = _own_name(draft)
    if not own:
        return
    english = _english_name(draft, own)
    text, other = _text_of(own), _text_of(english)
    if english and english_words(text) > english_words(other) and script_of(other) == "LATIN":
        own, english, text, other = english, own, other, text
    short = draft.cells.get("abbreviation", Cell()).text
    spelled_out = len(own) == 1 or initials_match(short, text) > initials_match(short, own[0].text)
    whole = not _is_generic(text) or initials_match(short, text) == 1.0
    complete = whole and not _is_odd(text) and spelled_out
    draft.put("name_original", text, sure=complete, used=own)
    if english:
        draft.put("name_english", other, sure=script_of(text) != "LATIN" or english_words(other) >= 0.4 > english_words(text), used=english)


def _own_name(draft: Draft) -> list[Piece]:
    """The part that is the name, with what a comma of its own cut off."""
    top = [piece for piece in draft.pieces if piece.group == 0] or draft.pieces
    if not top:
        return []
    first = next((piece for piece in top if is_body(piece.text)), top[0])
    at = next(n for n, piece in enumerate(draft.pieces) if piece is first)
    own, short = [first], draft.cells.get("abbreviation", Cell()).text
    for piece in draft.pieces[at + 1 :]:
        if piece.by not in {",", "،"} or piece.group or is_body(piece.text):
            break
        spelled = short and initials_match(short, _text_of([*own, piece])) > initials_match(short, _text_of(own))
        another = any(
            later.by in {",", "،", ")", "]"} and not later.group and _is_place(later)
            for later in draft.pieces[draft.pieces.index(piece) + 1 :]
        )
        if not spelled and not (_is_generic(_text_of(own)) and another):
            break
        own.append(piece)
    return own


def _is_generic(text: str) -> bool:
    """Only common English words: `Friends for Open Roads` wants the name of a town behind it."""
    words = words_of(text)
    return len(words) > 2 and script_of(text) == "LATIN" and all(word in ENGLISH for word in words)


def _is_odd(text: str) -> bool:
    """No name begins with a small letter or reads like an address of the net."""
    return (
        text[:1].islower()
        or "@" in text
        or "www." in text
        or "://" in text
        or len(text.split()) > NAME_WORDS_USUAL
        or not re.search(r"[^\W\d_]{2}", text)
    )


def _english_name(draft: Draft, own: list[Piece]) -> list[Piece]:
    """The part in English where the name is not: by script, or by its words."""
    name = _text_of(own)
    others = [piece for piece in draft.pieces if all(piece is not one for one in own)]
    if script_of(name) == "LATIN":
        found = [piece for piece in others if len(piece.text.split()) > 1 and _differs(piece.text, name)]
    else:
        found = [
            piece
            for piece in others
            if script_of(piece.text) == "LATIN"
            and len(piece.text.split()) > 1
            and (is_body(piece.text) or piece.group or english_words(piece.text) > 0.2)
        ]
    if not found:
        return []
    first = max(found, key=lambda piece: (is_body(piece.text), english_words(piece.text)))
    at = next(n for n, piece in enumerate(others) if piece is first)
    tail = [
        piece
        for piece in others[at + 1 : at + 2]
        if piece.group == first.group and piece.by == "," and (first.group or _is_generic(first.text))
    ]
    return [first, *tail]


def _differs(text: str, name: str) -> bool:
    """One of the two is in English and the other is not."""
    mine, its = english_words(text), english_words(name)
    return is_body(text) and max(mine, its) >= 0.3 and abs(mine - its) >= 0.2


def _text_of(pieces: list[Piece]) -> str:
    return ", ".join(piece.text for piece in pieces)


def _find_place(draft: Draft) -> None:
    """What is left and looks like a place. More than one: the last is the place, and all is in doubt."""
    found = [piece for piece in draft.pieces if _is_place(piece)]
    if found:
        certain = len(found) == 1 and found[-1].by in {",", "،", HARD, "|", ")", "]"}
        # «Friends for Open Roads, Tolvane»: the town may belong to the name.
        cut_off = _is_generic(draft.cells.get("name_original", Cell()).text) and found[-1].by in {",", "،"}
        draft.put("place", found[-1].text, sure=certain and not cut_off, used=[found[-1]])


def _is_place(piece: Piece) -> bool:
    words = piece.text.split()
    if len(words) > PLACE_WORDS_MAX or is_body(piece.text) or any(sign.isdigit() for sign in piece.text):
        return False
    return script_of(piece.text) in CASELESS or piece.text[:1].isupper()
