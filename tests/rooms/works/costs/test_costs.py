"""Costs: what the book, the stores and the hours did on a line, the forecast, subtotals up the tree, and promises that fit."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from awna.approvals.services import release, void
from awna.campaigns.models import LineClaim
from awna.campaigns.services import load_budget
from awna.core.problems import Refused
from awna.donations.services import confirm_pledge, pledge_gift, record_gift_in_kind
from awna.donations.services.offers import answer_offer, offer_goods
from awna.supply.services import Count, OrderAsk, order_materials, receive, ship
from awna.works import services
from awna.works.costs import figures
from awna.works.costs.services import set_task_lines
from awna.works.task_file import load_tasks
from tests.rooms.funded import make_funded

BILL = (
    "code,title,unit,quantity,rate,currency,parent\nR,Roof,,,,,\nR.1,Cement,bag,400,7.25,EUR,R\nR.2,Masons,h,100,10,EUR,R\n"
    "R.2.1,Alternate: robots,h,100,99,EUR,R\nD,Doors,pcs,4,100,USD,\n"
)


@pytest.fixture
def funded(db):
    """EUR 2,900.00 are released for cement, ordered, and 150 bags lie in the store."""
    funded = make_funded()
    world = funded.world
    funded.lines = {
        line.code: line for line in load_budget(campaign=world.campaign, data=BILL.encode(), filename="b.csv", author=world.nour)
    }
    table = f"kind,id,name,duration,skills,materials,quantity,unit,earliest\ncalendar,start,,,,,2,,{timezone.localdate()}\n"
    table += "task,slab,Slab,4,,cement:100,120,m2,\ntask,walls,Walls,4,,,80,m2,\n"
    load_tasks(campaign=world.campaign, data=table.encode(), filename="t.csv", author=world.nour)
    funded.asked = funded.propose(budget_line=funded.lines["R.1"])
    funded.sign(funded.asked)
    release(proposal=funded.asked.proposal, author=world.salma)
    order = order_materials(
        supplier=funded.omar, proposal=funded.asked.proposal, milestone="1", lines=[OrderAsk(funded.cement, 400)], amount_minor=290_000,
        author=world.buyer, request_id="o1",
    )  # fmt: skip
    load = ship(lines=[OrderAsk(funded.cement, 150)], to_store=funded.store, order=order, author=world.store, request_id="s1")
    receive(consignment=load, counts=[Count(funded.cement, 150)], author=world.store, request_id="c1")
    return funded


def by_code(funded):
    return {cost.line.code: cost for cost in figures.costs_of(funded.world.campaign)}


def test_everything_lands_on_the_line_and_adds_up_the_tree(funded, client, django_assert_max_num_queries):
    world, campaign = funded.world, funded.world.campaign
    set_task_lines(campaign=campaign, lines={"slab": "R.1", "walls": "R.2"}, author=world.nour)
    slab = campaign.tasks.get(code="slab")
    services.issue_materials(
        task=slab, item=funded.cement, store=funded.store, quantity=40, issued_on=timezone.localdate(), author=world.store, request_id="i1"
    )
    services.record_progress(task=slab, quantity=Decimal(60), done_on=timezone.localdate(), author=world.nour, request_id="g1")
    costs = by_code(funded)
    cement, roof = costs["R.1"], costs["R"]
    assert (cement.money["EUR"].committed, cement.percent, dict(cement.issued)) == (290_000, 50, {("Cement", "bag"): Decimal(40)})
    assert (roof.money["EUR"].budget, roof.money["EUR"].bound, roof.percent) == (390_000, 290_000, 25)
    assert costs["R.2.1"].money == {} and set(costs["D"].money) == {"USD"}
    assert [(one.code, one.budget) for one in figures.totals_of(list(costs.values()))] == [("EUR", 390_000), ("USD", 40_000)]
    client.force_login(world.nour.user)
    client.get(reverse("costs", args=["clinic"]))
    with django_assert_max_num_queries(20):
        page = client.get(reverse("costs", args=["clinic"])).content.decode()
    assert "50% done" in page and "Forecast at completion" in page and "<rect" in page
    assert "R.1,Cement" in client.get(reverse("costs_csv", args=["clinic"])).content.decode()
    public = client.get(reverse("book_budget", args=["clinic"])).content.decode()
    assert "Still open" in public and "?line=R.2" in public


def test_a_task_that_takes_money_from_one_line_is_on_it(funded, client):
    task = funded.world.campaign.tasks.get(code="slab")
    task.money = {"R.1": 100}
    task.save()
    assert by_code(funded)["R.1"].tasks == 1
    client.force_login(funded.world.nour.user)
    page = reverse("task_lines", args=["clinic"])
    assert client.post(page, {f"line_{task.pk}": "R.2"}).status_code == 302
    assert by_code(funded)["R.2"].tasks == 1
    assert client.post(page, {f"line_{task.pk}": "R.2.1"}).status_code == 422
    client.force_login(funded.world.eve)
    assert client.get(page).status_code == 403


@pytest.mark.parametrize(
    ("bound", "paid", "share", "wanted"),
    [(0, 0, None, (1_000, "budget")), (1_200, 0, 0.1, (1_200, "bound")), (0, 600, 0.5, (1_200, "pace")), (100, 500, 1.0, (600, "done")),
     (900, 300, 0.5, (1_200, "pace")), (0, 600, 0.1, (1_000, "budget"))],
)  # fmt: skip
def test_the_forecast_says_where_it_comes_from(bound, paid, share, wanted):
    assert figures.forecast_of(budget=1_000, goods=0, bound=bound, paid=paid, share=share) == wanted


def test_a_release_above_what_is_open_is_refused_and_a_void_frees_it(funded):
    with pytest.raises(Refused) as refused:
        funded.propose(funded.ask(1), request_id="p2", budget_line=funded.lines["R.1"])
    assert "0.00 EUR of 2900.00 are still open" in str(refused.value)
    with pytest.raises(Refused):
        funded.propose(funded.ask(100_001), request_id="p3", budget_line=funded.lines["R"])
    asked = funded.propose(funded.ask(100_000), request_id="p4", budget_line=funded.lines["R"])
    void(proposal=asked.proposal, author=funded.world.nour, request_id="v4")
    assert LineClaim.objects.get(ref__startswith=f"release:{asked.proposal.pk}").state == "ended"
    funded.propose(funded.ask(100_000), request_id="p5", budget_line=funded.lines["R.2"])


def test_a_gift_for_a_line_keeps_its_part_and_no_more(funded, client):
    give, line = {"bank_account": funded.account, "name": "Dana"}, funded.lines["R.2"]
    pledge = pledge_gift(amount_minor=60_000, request_id="d1", budget_line=line, **give)
    for minor in (40_001, 100_000):
        with pytest.raises(Refused) as refused:
            pledge_gift(amount_minor=minor, request_id=f"d{minor}", budget_line=line, **give)
        assert refused.value.codes == ["line_above_open"]
    draft = pledge_gift(amount_minor=40_000, request_id="d2", budget_line=line, draft=True, **give)
    pledge_gift(amount_minor=10_000, request_id="d3", budget_line=line, **give)
    with pytest.raises(Refused):
        confirm_pledge(pledge=draft)  # somebody was faster
    LineClaim.objects.filter(ref=f"pledge:{pledge.pk}").update(holds_until=timezone.localdate() - timedelta(days=1))
    confirm_pledge(pledge=draft)  # the first promise kept its part for some days only
    page = client.get(reverse("give", args=["clinic"]), {"line": "R.2"}).content.decode()
    assert "500.00 EUR" in page
    answer = client.post(
        reverse("give", args=["clinic"]), {"other": "600", "account": funded.account.pk, "fund": funded.roof.pk, "line": "R.2"}
    )
    assert answer.status_code == 422 and "still open" in answer.content.decode()
    answer = client.post(
        reverse("give", args=["clinic"]), {"other": "500", "account": funded.account.pk, "fund": funded.roof.pk, "line": "R.2"}
    )
    details = client.post(answer.url, {"name": "", "email": "", "request_id": "w1"})
    assert details.status_code == 302 and LineClaim.objects.filter(state="asked", minor=50_000).exists()


def test_work_and_goods_are_offered_for_a_line(funded, client):
    world, campaign = funded.world, funded.world.campaign
    line = funded.lines["R.2"]
    with pytest.raises(Refused) as refused:
        offer_goods(campaign=campaign, what="Masons", quantity=101, unit="h", request_id="f1", budget_line=line)
    assert "100 of 100 h are still open; 101" in str(refused.value)
    with pytest.raises(Refused) as refused:
        offer_goods(campaign=campaign, what="Masons", quantity=10, unit="bag", request_id="f2", budget_line=line)
    assert refused.value.codes == ["line_in_another_unit"]
    offer = offer_goods(campaign=campaign, what="Masons", quantity=80, unit="hours", request_id="f3", budget_line=line)
    answer_offer(offer=offer, accepted=30, reason="We have some already.", author=world.karim)
    claim = LineClaim.objects.get(ref=f"offer:{offer.pk}")
    assert (claim.kind, claim.state, claim.quantity) == ("labour", "counts", 30)
    assert by_code(funded)["R.2"].standing.open == {"EUR": 70_000}
    page = client.get(reverse("offer_goods", args=["clinic"]), {"line": "R.2"}).content.decode()
    assert "70 h" in page
    declined = offer_goods(campaign=campaign, what="Masons", quantity=10, unit="h", request_id="f4", budget_line=line)
    answer_offer(offer=declined, accepted=0, reason="Enough.", author=world.karim)
    assert LineClaim.objects.get(ref=f"offer:{declined.pk}").state == "ended"


def test_goods_in_kind_cover_a_line_and_lower_its_forecast(funded):
    world = funded.world
    funded_by = {"custody": funded.store.custody, "commodity": funded.cement.commodity, "author": world.store, "second": world.nour}
    with pytest.raises(Refused):  # all of the cement is released already
        record_gift_in_kind(amount=10, received_on=timezone.localdate(), request_id="k1", budget_line=funded.lines["R.1"], **funded_by)
    gift = record_gift_in_kind(amount=1, received_on=timezone.localdate(), request_id="k2", **funded_by)
    assert not LineClaim.objects.filter(ref=f"gift:{gift.pk}").exists()
