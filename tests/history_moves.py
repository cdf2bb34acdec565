"""The operations of random histories: each draws a draft, and says whether the book should take it, floors apart."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.history_model import NO_FLOOR, Model

DAY, EXPIRES, ENDED = date(2026, 3, 20), date(2099, 6, 30), date(2099, 7, 1)


@dataclass
class Player:
    """Draws operations, and keeps what they need: the model, the book, and what stands in it."""

    chance: random.Random
    book: Any
    world: Any
    account: Any
    payee: Any
    store: str
    task: str
    funds: list[str]
    model: Model = field(default_factory=Model)
    releases: list[Any] = field(default_factory=list)
    waiting: set[Any] = field(default_factory=set)
    """Proposals of which something was drawn for this batch before they were approved; they stay so until it is posted."""
    posted: list[tuple[Any, Any, Any]] = field(default_factory=list)
    """(entry, draft, author) of what stands."""
    count: int = 0

    def spot(self, stage: str, fund: str = "roof", what: str = "EUR", **more: str) -> Any:
        from awna.books.services import Spot

        where = {"stock": self.store, "issued": self.task}.get(stage, None if stage in NO_FLOOR[:3] else str(self.account.custody_id))
        return Spot(stage, where, fund, what, **more)

    def draft(self, kind: str, *rows: Any, **more: Any) -> Any:
        from awna.books.services import EntryDraft

        self.count += 1
        return EntryDraft(kind, f"{kind}-{self.count}", rows, DAY, **more)

    def movement(self, amount: int) -> Any:
        from awna.books.models import Movement

        return Movement.objects.create(
            bank_account=self.account, custody=self.account.custody, commodity=self.account.commodity, statement=self.account.statements.get(),
            line_key=f"line-{self.count}-{self.chance.random()}", occurrence=1, position=self.count, amount=amount, booked_on=DAY)  # fmt: skip

    def amount(self, spot: Any) -> int:
        """Mostly something that is there, sometimes all of it, sometimes too much."""
        has = self.model.of(spot)
        pick = self.chance.random()
        return has + self.chance.randint(1, 50) if pick < 0.05 or has <= 0 else has if pick < 0.15 else self.chance.randint(1, has // 2 + 1)

    def earlier(self, *kinds: str) -> tuple[Any, Any, Any] | None:
        found = [one for one in self.posted if one[1].kind in kinds and one[0].seq not in self.model.undone]
        return self.chance.choice(found) if found else None


Drawn = tuple[Any, bool] | None


def _gift(player: Player) -> Drawn:
    from awna.books.services import Row

    fund, amount = player.chance.choice(player.funds), player.chance.randint(1, 90_000)
    short_line = player.chance.random() < 0.1
    movement = player.movement(-amount if short_line and amount % 2 else amount - 1 if short_line and amount > 1 else amount)
    row = Row(player.spot("ext", fund), player.spot("free", fund), amount, movement=str(movement.pk))
    return player.draft("gift", row), movement.amount == amount


def _allocate(player: Player) -> Drawn:
    from awna.books.services import Row

    wrong_way = player.chance.random() < 0.1
    debit, credit = player.spot("free", "tiles" if wrong_way else "roof"), player.spot("free", "roof" if wrong_way else "tiles")
    return player.draft("allocate", Row(debit, credit, player.amount(debit))), not wrong_way


def _identify(player: Player) -> Drawn:
    """Out of `unidentified`, naming a lot: it is taken first, or others are substituted."""
    from awna.books.services import Row

    lots = [f"{entry.seq}.1" for entry, draft, _ in player.posted if draft.kind == "gift" and draft.rows[0].credit.fund == "unidentified"]
    debit, credit = player.spot("free", "unidentified"), player.spot("free", "roof")
    lot = player.chance.choice(lots) if lots and player.chance.random() < 0.9 else None
    return player.draft("allocate", Row(debit, credit, player.amount(debit), lot=lot)), lot is not None


def _hold(player: Player) -> Drawn:
    from awna.books.services import Row
    from awna.consent.services import file_proposal

    ceiling = player.amount(player.spot("free"))
    milestone = {"n": "1", "custody": str(player.account.custody_id), "fund": str(player.book.fund("roof").pk), "ceiling": str(ceiling),
                 "commodity": str(player.account.commodity_id), "evidence": [], "earliest": "2026-03-01"}  # fmt: skip
    payload = {"payee": str(player.payee.pk), "milestones": [milestone], "documents": []}
    release = file_proposal(
        campaign=player.world.campaign, purpose="release", payload=payload, filed_by=player.world.nour, expires_on=EXPIRES,
        request_id=f"release-{player.count}-{player.chance.random()}")  # fmt: skip
    player.releases.append((release, ceiling))
    wrong = player.chance.random() < 0.1
    row = Row(player.spot("free"), _bound(player, "held", release), ceiling + wrong)
    return player.draft("hold", row, proposal=release), not wrong


def _bound(player: Player, stage: str, release: Any) -> Any:
    return player.spot(stage, proposal=str(release.pk), milestone="1")


def _release(player: Player) -> Drawn:
    from awna.books.services import Row
    from awna.consent.services import decide

    if not player.releases:
        return None
    release, ceiling = player.chance.choice(player.releases)
    agree = player.chance.random() < 0.8
    if agree and release.pk not in player.waiting:
        for steward in (player.world.salma, player.world.yusuf):
            decide(proposal=release, steward=steward, choice="approve", request_id=str(steward.pk))
        player.model.approved.add(release.pk)
    row = Row(_bound(player, "held", release), _bound(player, "released", release), ceiling)
    return player.draft("release", row, proposal=release), _is_approved(player, release)


def _is_approved(player: Player, release: Any) -> bool:
    """Whether it is approved; one that is not stays so until this batch is posted, or the model would judge by another state."""
    if release.pk not in player.model.approved:
        player.waiting.add(release.pk)
    return release.pk in player.model.approved


def _void(player: Player) -> Drawn:
    from awna.books.services import Row

    if not player.releases:
        return None
    release, ceiling = player.chance.choice(player.releases)
    if player.chance.random() < 0.5:
        row = Row(_bound(player, "held", release), player.spot("free"), ceiling)
        has_ended = player.chance.random() < 0.8
        return replace(player.draft("void", row, proposal=release), effective_date=ENDED if has_ended else DAY), has_ended
    debit = _bound(player, "committed", release)
    amount = player.amount(debit)
    row = Row(debit, _bound(player, "released", release), amount)
    return player.draft("void", row, proposal=release), player.model.ordered.get(debit, 0) >= amount


def _order(player: Player) -> Drawn:
    from awna.books.services import Row

    if not player.releases:
        return None
    release, _ = player.chance.choice(player.releases)
    debit = _bound(player, "released", release)
    paper = _paper(player)
    row = Row(debit, _bound(player, "committed", release), player.amount(debit))
    is_approved = _is_approved(player, release)
    return player.draft("order", row, proposal=release, documents=(paper,) if paper else ()), bool(paper) and is_approved


def _paper(player: Player) -> Any:
    from awna.books.services import store_document

    if player.chance.random() < 0.1:
        return None
    return store_document(book=player.book, data=b"paper", name="paper.txt", media_type="text/plain")


def _pay(player: Player) -> Drawn:
    from awna.books.services import Row

    if not player.releases:
        return None
    release, _ = player.chance.choice(player.releases)
    debit = _bound(player, player.chance.choice(("released", "committed")), release)
    amount = player.amount(debit)
    to_him = player.chance.random() < 0.9
    outside = player.spot("ext")
    outside = type(outside)("ext", str(player.payee.pk) if to_him else None, "roof", "EUR")
    row = Row(debit, outside, amount, movement=str(player.movement(-amount).pk))
    is_approved = _is_approved(player, release)
    return player.draft("pay", row, proposal=release), to_him and is_approved


def _take_by_force(player: Player) -> Drawn:
    from awna.books.services import Row

    amount = player.chance.randint(1, 500)
    stage = player.chance.choice(("free", "short"))
    row = Row(player.spot(stage), player.spot("ext"), amount, movement=str(player.movement(-amount).pk))
    return player.draft("bank_forced", row), stage == "free" or player.model.of(player.spot("free")) == 0


def _give_goods(player: Player) -> Drawn:
    from awna.books.services import Row

    alone = player.chance.random() < 0.1
    row = Row(player.spot("ext", what="cement"), player.spot("stock", what="cement"), player.chance.randint(1, 400))
    return player.draft("gift_in_kind", row, second=None if alone else player.world.nour), not alone


def _receive(player: Player) -> Drawn:
    """A receipt that covers a part of an order."""
    from awna.books.services import Row

    if not player.releases:
        return None
    release, _ = player.chance.choice(player.releases)
    committed = _bound(player, "committed", release)
    ordered = player.model.ordered.get(committed, 0)
    if not ordered:
        return None
    covers = player.chance.randint(1, ordered)
    player.model.ordered[committed] -= covers
    row = Row(
        player.spot("ext", what="cement"), player.spot("stock", what="cement"), player.chance.randint(1, 90), covers=(committed, covers)
    )
    return player.draft("receive_goods", row, second=player.world.nour), True


def _issue(player: Player) -> Drawn:
    from awna.books.services import Row

    there, back = player.spot("stock", what="cement"), player.spot("issued", what="cement")
    debit, credit = (there, back) if player.chance.random() < 0.8 else (back, there)
    return player.draft("issue", Row(debit, credit, player.amount(debit))), True


def _lose(player: Player) -> Drawn:
    from awna.books.services import Row

    debit, paper = player.spot("stock", what="cement"), _paper(player)
    row = Row(debit, player.spot("lost", what="cement"), player.amount(debit))
    return player.draft("loss", row, second=player.world.nour, documents=(paper,) if paper else ()), bool(paper)


def _reverse(player: Player) -> Drawn:
    from awna.books.services import Row

    found = player.earlier("allocate", "gift_in_kind", "issue")
    if found is None:
        return None
    entry, draft, _ = found
    rows = [Row(row.credit, row.debit, row.amount) for row in draft.rows]
    asked = player.draft("reverse", *rows, reverses=entry.seq, second=player.world.nour)
    good = entry.seq not in player.model.corrected
    if good and player.model.fits(asked):
        player.model.undone.add(entry.seq)
    return asked, good


def _correct(player: Player) -> Drawn:
    from awna.books.services import Row

    found = player.earlier("allocate", "gift_in_kind", "issue")
    if found is None:
        return None
    entry, draft, _ = found
    row, already = draft.rows[0], player.model.corrected.get(entry.seq, 0)
    amount = player.chance.randint(1, row.amount)
    asked = player.draft("correction", Row(row.credit, row.debit, amount, corrects=(entry.seq, 1)), second=player.world.nour)
    good = already + amount <= row.amount
    if good and player.model.fits(asked):
        player.model.corrected[entry.seq] = already + amount
    return asked, good


def _again(player: Player) -> Drawn:
    """An earlier request: the same is answered, changed it is a conflict."""
    mine = [(draft, author) for _, draft, author in player.posted if author == player.world.karim]
    if not mine:
        return None
    draft, _ = player.chance.choice(mine)
    player.model.repeats.add(draft.request_id)
    return draft, True


BY_AUTHOR: list[tuple[str, list[Callable[[Player], Drawn]]]] = [
    (
        "karim",
        [_gift, _gift, _gift, _allocate, _identify, _hold, _release, _release, _pay, _take_by_force, _void, _again, _reverse, _correct],
    ),
    ("karim", [_gift, _hold, _release, _allocate, _identify]),
    ("buyer", [_order]),
    ("store", [_give_goods, _receive, _receive, _issue, _lose, _reverse, _correct]),
]
