"""Acts that the stewards fix row by row: proposed here with their exact rows, carried out when enough of them agreed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.digest import keyed_id
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Account, Book, Document, Entry, Movement
from .accounts import Row, Spot
from .posting import file_in_log, post_entry, row_payload

EXACT_KINDS = ("open", "reclass", "loss", "reverse", "correction")


@transaction.atomic
def propose_act(
    *, book: Book, kind: str, rows: Sequence[Row], documents: Sequence[Document] = (), text: str = "", filed_by: Role, expires_on: date,
    request_id: str,
) -> Proposal:  # fmt: skip
    """Ask the stewards to allow exactly these rows, once. Nothing moves until `carry_out`."""
    if kind not in EXACT_KINDS:
        raise Refused(Problem("act_kind_wrong", "“%(kind)s” is not proposed row by row. Choose one of: %(kinds)s.",
                              {"kind": kind, "kinds": ", ".join(EXACT_KINDS)}))  # fmt: skip
    if not rows:
        raise Refused(Problem("act_without_rows", "Say which amounts move from where to where."))
    payload = {"rows": [row_payload(row) for row in rows], "documents": sorted(document.digest for document in documents), "text": text}
    proposal = consent.file_proposal(
        campaign=book.campaign, purpose=kind, payload=payload, filed_by=filed_by, expires_on=expires_on, request_id=request_id
    )
    file_in_log(book, proposal=proposal)
    return proposal


@transaction.atomic
def carry_out(
    *, proposal: Proposal, author: Role, second: Role | None = None, effective_date: date | None = None, documents: Sequence[Document] = (),
    movements: Mapping[int, Movement] | None = None, extra: Mapping[int, Mapping[str, Any]] | None = None, reverses: int | None = None,
    request_id: str,
) -> Entry:  # fmt: skip
    """Post exactly the rows that the stewards approved. `movements` and `extra` (a row's other arguments) go by line from 1."""
    book = proposal.campaign.book
    first = first_answer(book, request_id=request_id, kind=proposal.purpose)
    if first is not None:
        return first
    signed = set(proposal.content.get("documents", []))
    papers = [*documents, *Document.objects.filter(book=book, digest__in=signed - {document.digest for document in documents})]
    rows = [
        Row(Spot(**plain["debit"]), Spot(**plain["credit"]), int(plain["amount"]))._replace(
            **({"movement": str(movements[line].pk)} if movements and line in movements else {}),
            **(extra or {}).get(line, {}),
        )
        for line, plain in enumerate(proposal.content.get("rows", []), 1)
    ]
    return post_entry(
        book=book, kind=proposal.purpose, rows=rows, author=author, second=second, effective_date=effective_date,
        request_id=request_id, proposal=proposal, documents=papers, reverses=reverses,
    )  # fmt: skip


@transaction.atomic
def propose_reclass(
    *, book: Book, debit: Spot, credit: Spot, amount: int, text: str = "", filed_by: Role, expires_on: date, request_id: str
) -> Proposal:
    """Another use than the giver's, or clearing a shortfall: free → free of another fund, or free → short."""
    if debit.stage != rules.FREE or credit.stage not in (rules.FREE, rules.SHORT):
        raise Refused(Problem("reclass_wrong", "Only free money can be put to another use, or clear a shortfall."))
    return propose_act(
        book=book,
        kind="reclass",
        rows=[Row(debit, credit, amount)],
        text=text,
        filed_by=filed_by,
        expires_on=expires_on,
        request_id=request_id,
    )


@transaction.atomic
def propose_loss(
    *, book: Book, spot: Spot, amount: int, documents: Sequence[Document], text: str = "", filed_by: Role, expires_on: date, request_id: str
) -> Proposal:
    """Money that is gone: an advance that nobody repays, cash that a count does not find, money lost on its way. The stewards must agree."""
    if spot.stage not in (rules.ADVANCE, rules.FREE, rules.TRANSIT):
        raise Refused(Problem("loss_wrong", "Money is lost as an advance, out of a cash box, or on its way; not from “%(stage)s”.",
                              {"stage": spot.stage}))  # fmt: skip
    if not documents:
        raise Refused(Problem("document_missing", "Attach what shows the loss and its cause."))
    lost = Spot(rules.LOST, None, spot.fund, spot.commodity)
    return propose_act(book=book, kind="loss", rows=[Row(spot, lost, amount)], documents=documents, text=text, filed_by=filed_by,
                       expires_on=expires_on, request_id=request_id)  # fmt: skip


def first_answer(book: Book, *, request_id: str, kind: str, movement: Movement | None = None) -> Entry | None:
    """The entry that this request made before; refused when the request was then about something else."""
    found = Entry.objects.filter(pk=keyed_id(book.secret_key, "entry", request_id)).first()
    if found is None:
        return None
    if found.kind != kind or (movement is not None and not found.transfers.filter(movement=movement).exists()):
        raise Refused(
            Problem("request_already_used", "This request was sent before with other content. Reload the page and send it again.")
        )
    return found


def spot_of(account: Account) -> Spot:
    """The spot that finds this account again."""
    holder = account.custody_id or account.payee_id
    return Spot(
        account.stage, str(holder) if holder else None, str(account.fund_id), str(account.commodity_id), batch=account.batch,
        proposal=str(account.proposal_id or ""), milestone=account.milestone.n if account.milestone else "",
    )  # fmt: skip


def refuse_tied(proposal: Proposal, *, author: Role, second: Role | None = None) -> None:
    """Nobody who declared a tie to the payee books its money, alone or as the second person."""
    if any(consent.is_interested(role, proposal) for role in (author, second) if role is not None):
        raise Refused(Problem("payer_is_interested", "You declared a tie to this payee, so somebody else must pay it."))


def refuse_own_request(proposal: Proposal, *, author: Role) -> None:
    """Who asked for money does not pay it."""
    if author.user_id == proposal.filed_by.user_id:
        raise Refused(Problem("payer_is_the_proposer", "You asked for this release. Somebody else must pay under it."))
