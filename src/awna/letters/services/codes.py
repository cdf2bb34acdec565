"""The code in a mail: fifteen signs that name one sign-up and cannot be guessed; and the lasting link to one's own signature."""

from django.core import signing

from awna.core.problems import Problem, Refused
from awna.kit.sealed import blind_index

from ..models import Organisation, Signature, Waiting

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U: read aloud or typed from paper, none is taken for another
SIGNS, GROUP, SEAL_BITS = 15, 5, 43
OWN_SALT = "awna.letters.withdraw"
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def confirm_token(waiting: Waiting) -> str:
    """`7K3QD-0M9XA-22TZB`: 32 bits of number and 43 bits that only this installation's key gives."""
    number = (waiting.pk << SEAL_BITS) | _seal(waiting.pk)
    signs = "".join(ALPHABET[(number >> (5 * at)) & 31] for at in range(SIGNS - 1, -1, -1))
    return "-".join(signs[at : at + GROUP] for at in range(0, SIGNS, GROUP))


def read_code(code: str) -> int:
    """The number of the sign-up. Refused when the code was not made here; small letters and spaces do not matter."""
    signs = "".join(code.upper().split()).replace("-", "").translate(READ_AS)
    if len(signs) == SIGNS and all(sign in ALPHABET for sign in signs):
        number = 0
        for sign in signs:
            number = number << 5 | ALPHABET.index(sign)
        if number & ((1 << SEAL_BITS) - 1) == _seal(number >> SEAL_BITS):
            return number >> SEAL_BITS
    raise _not_ours()


def withdraw_token(row: Signature | Organisation) -> str:
    """The link by which a signature is hidden, shown or taken back, for as long as it stands."""
    return signing.dumps(f"{'o' if isinstance(row, Organisation) else 'p'}{row.pk.hex}", salt=OWN_SALT)


def read_own_link(token: str) -> tuple[str, str]:
    """Kind and key of the signature that a lasting link belongs to. Refused when it was altered."""
    try:
        text = str(signing.loads(token, salt=OWN_SALT))
    except signing.BadSignature as error:
        raise _not_ours() from error
    return text[0], text[1:]


def _seal(number: int) -> int:
    return int(blind_index(str(number), "letters.code"), 16) & ((1 << SEAL_BITS) - 1)


def _not_ours() -> Refused:
    return Refused(
        Problem("link_not_ours", "This link was not made by this site, or a part of it is missing. Copy the whole link from the mail.")
    )
