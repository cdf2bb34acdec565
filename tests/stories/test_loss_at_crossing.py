"""A truck with goods of two givers comes short through a crossing: both bear the loss, each by his share."""

import pytest

from awna.books import services as books
from awna.books.services import Row, Spot
from awna.core.problems import Refused


def test_a_loss_is_shared_pro_rata(story):
    store, ward, truck = story.place("Ward store"), story.place("Far store"), story.place("Truck 4", "consignment")
    cement, fund = story.goods("cement"), story.book.fund("goods-general")

    def at(stage, where=None):
        return Spot(stage, str(where.pk) if where else None, str(fund.pk), str(cement.pk))

    lots = [f"{story.post('gift_in_kind', Row(at('ext'), at('stock', store), bags), second=story.world.store).seq}.1" for bags in (60, 20)]
    waybill = [story.paper("waybill", "80 bags")]
    story.post("move_goods", Row(at("stock", store), at("transit", truck), 80), documents=waybill)
    story.post("move_goods", Row(at("transit", truck), at("stock", ward), 40), documents=[story.paper("waybill", "40 came")])

    lost = Row(at("transit", truck), at("lost"), 8)
    with pytest.raises(Refused) as without_cause:
        story.post("loss", lost, second=story.world.nour)
    assert without_cause.value.codes == ["document_missing"]
    loss = story.post("loss", lost, second=story.world.nour, documents=[story.paper("cause", "torn on the road")])

    # First in, first out: the 40 that came were of the first lot, so 20 of each are still under way and each loses 4.
    shares = {lot: sum(hop.amount for hop in books.trace_lot(story.book, lot) if hop.row[0] == loss.seq) for lot in lots}
    assert shares == {lots[0]: 4, lots[1]: 4}
    assert (story.net("stock", cement), story.net("transit", cement), story.net("lost", cement)) == (40, 32, 8)
    story.ends_well()
