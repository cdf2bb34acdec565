"""A ventilator is given and goes to the ward; a tool is lent and goes home."""

import pytest

from awna.books import services as books
from awna.books.services import Row, Spot
from awna.core.problems import Refused

from .cast import SPRING


def test_a_ventilator_is_issued_and_a_lent_tool_returns(story):
    store, ward = story.place("Ward store"), story.place("Ward", "task")
    lent = books.ensure_fund(book=story.book, code="lent", title="Lent to us")
    ventilator, drill = story.goods("ventilator", "equipment"), story.goods("drill", "equipment")
    goods_fund = story.book.fund("goods-general")

    def at(stage, where, fund, what, batch):
        return Spot(stage, str(where.pk) if where else None, str(fund.pk), str(what.pk), batch=batch)

    def given(fund, what, batch, **more):
        return story.post("gift_in_kind", Row(at("ext", None, fund, what, ""), at("stock", store, fund, what, batch), 1), **more)

    with pytest.raises(Refused) as alone:
        given(goods_fund, ventilator, "serial 7")
    assert alone.value.codes == ["second_person_missing"]
    gift = given(goods_fund, ventilator, "serial 7", second=story.world.store)
    loan = given(lent, drill, "serial 9", second=story.world.store)

    # To the ward goes this very ventilator, and not the drill under its number.
    story.post(
        "issue", Row(at("stock", store, goods_fund, ventilator, "serial 7"), at("issued", ward, goods_fund, ventilator, "serial 7"), 1)
    )
    assert story.stages_of(f"{gift.seq}.1") == ["stock", "issued"]

    home = {
        "place": store,
        "commodity": drill,
        "fund": lent,
        "amount": 1,
        "batch": "serial 9",
        "author": story.world.store,
        "effective_date": SPRING,
    }
    returned = books.send_equipment_home(lot=f"{loan.seq}.1", second=story.world.nour, request_id="home", **home)
    assert story.stages_of(f"{loan.seq}.1") == ["stock", "ext"]
    assert story.net("stock", drill) == 0
    with pytest.raises(Refused) as twice:
        books.send_equipment_home(lot=f"{loan.seq}.1", second=story.world.nour, request_id="home again", **home)
    assert twice.value.codes == ["balance_below_floor"]
    assert returned.kind == "refund"
    story.ends_well()
