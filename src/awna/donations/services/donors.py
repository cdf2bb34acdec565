"""What a donor takes away as proof, and how a donor is forgotten: the key goes, the proofs stay."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from awna.books import services as books
from awna.core.digest import canonical_json
from awna.core.problems import Problem, Refused
from awna.kit.erasure import scrub_freed_bytes
from awna.kit.mail import forget_mails
from awna.parties.forgotten.services import note_forgotten

from ..models import Donor, Freeze, Gift, token_digest

TOKEN_BYTES = 24


@dataclass(frozen=True)
class Erased:
    """How many gifts lost their key, and of how many mails the record went."""

    gifts: int
    mails: int


def donor_file(gift: Gift) -> bytes:
    """The donor's `.awna` file: receipt, key, the leaf of the gift and its proof, in a sheltered book also the proof of the share."""
    seq = _seq_of(gift)
    key = books.find_key(gift.book, gift.reference)
    if key is None:
        raise Refused(Problem("gift_key_erased", "The key of this gift was erased, so nobody can prove any more whose it was."))
    value = {
        "v": 1, "type": "receipt", "book": str(gift.book_id), "log_key": str(books.log_key(gift.book)), "receipt": key.receipt,
        "key": key.key, "lot": [seq, gift.line], "leaf": books.leaf_text(gift.book, seq=seq), "proof": books.prove_entry(gift.book, seq=seq),
    }  # fmt: skip
    if gift.batch_id is not None:
        value["share"] = books.path_value(books.prove_share(gift.batch, reference=gift.reference))
    return canonical_json(value) + b"\n"


def proof_file(gift: Gift) -> bytes:
    """The `.tlog-proof` of the gift's entry, for any tool that reads C2SP proofs."""
    return books.prove_entry(gift.book, seq=_seq_of(gift)).encode()


def erase_donor(donor: Donor, *, gifts: list[Gift] | None = None) -> Erased:
    """Forget who gave: keys, name, address, private link, sent mails. The book keeps its entries, which now link to nobody.

    With `gifts`, only these gifts lose their key and the donor stays known. Erased twice is once.
    What the law keeps apart remains: the bank's own files, and the record that money came.
    """
    with transaction.atomic():
        donor = Donor.objects.select_for_update().get(pk=donor.pk)
        chosen = list(donor.gifts.all()) if gifts is None else [gift for gift in gifts if gift.donor_id == donor.pk]
        erased = sum(_forget_key(gift) for gift in chosen)
        mails = _forget_person(donor) if gifts is None else 0
        for kind, one in [("donor", donor)] if gifts is None else [("gift", gift) for gift in chosen]:
            note_forgotten(kind=kind, subject=one.pk)
    transaction.on_commit(scrub_freed_bytes)
    return Erased(erased, mails)


def _forget_key(gift: Gift) -> bool:
    own_entry = None if gift.batch_id is not None else gift.entry_seq
    return books.forget_reference(book=gift.book, reference=gift.reference, entry_seq=own_entry)


def _forget_person(donor: Donor) -> int:
    from ..debit.mandates import forget_mandates  # which itself needs the services of gifts

    forget_mandates(donor=donor)
    mails = forget_mails(to=donor.email) if donor.email else 0
    for movement_id in donor.gifts.exclude(movement=None).values_list("movement_id", flat=True):
        books.forget_line_texts(movement=movement_id)
    Freeze.objects.filter(gift__donor=donor).update(note="")
    donor.offers.update(details="", reason="")
    donor.pledges.filter(state="draft").delete()
    # A link that nobody was ever given: the old one opens nothing from now on.
    token = secrets.token_urlsafe(TOKEN_BYTES)
    donor.name = donor.email = donor.receipt_details = ""
    donor.token, donor.token_digest = token, token_digest(token)
    donor.save(update_fields=["name", "email", "receipt_details", "token", "token_digest"])
    return mails


def _seq_of(gift: Gift) -> int:
    if gift.entry_seq is None:
        raise Refused(Problem(
            "batch_not_closed", "Your gift has arrived and waits in a batch with others, so that it does not stand alone. Come back when the batch is closed."))  # fmt: skip
    return gift.entry_seq
