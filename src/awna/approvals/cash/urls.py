"""Addresses of wages and cash, each with who may use it."""

from awna.kit.policies import guarded, role

from . import box_views, receipt_views, views
from .services import APPROVERS, HOLDERS, KEEPERS, LEADS, OPENERS, PAYERS, RATE_SETTERS, SECONDS, WITNESSES

READERS = role("site_lead", "shift_lead", "treasurer", "steward", "coordinator", "storekeeper")
ASKERS, LEAD, RATE, APPROVER = role("steward", "treasurer", "site_lead"), role(*LEADS), role(*RATE_SETTERS), role(*APPROVERS)
PAYER, WITNESS, NAMES = role(*PAYERS), role(*WITNESSES), role(*LEADS, *PAYERS)
HOLDER, SECOND, OPENER, KEEPER, STEWARD, TREASURER = (
    role(*HOLDERS), role(*SECONDS), role(*OPENERS), role(*KEEPERS), role("steward"), role("treasurer"),
)  # fmt: skip
CASH = "desk/<slug:slug>/cash/"
BOX = f"{CASH}<uuid:box>/"
BOOK = f"{CASH}books/<uuid:book>/"
WAGES = "desk/<slug:slug>/wages/"
SHEET = f"{WAGES}<int:number>/"

urlpatterns = [
    guarded(WAGES, views.wages, name="wages", GET=READERS),
    guarded(f"{WAGES}ask/", views.ask_for_wages, name="ask_wages", GET=ASKERS, POST=ASKERS),
    guarded(f"{WAGES}rates/", views.benchmark, name="wage_rate", GET=RATE, POST=RATE),
    guarded(f"{WAGES}workers/", views.workers, name="wage_workers", GET=LEAD, POST=LEAD),
    guarded(f"{WAGES}workers/<uuid:labourer>/", views.worker, name="wage_worker", GET=LEAD, POST=LEAD),
    guarded(f"{WAGES}new/", views.new_sheet, name="new_wage_sheet", GET=LEAD, POST=LEAD),
    guarded(SHEET, views.sheet, name="wage_sheet", GET=READERS, POST=LEAD),
    guarded(f"{SHEET}approve/", views.approve_sheet, name="approve_sheet", POST=APPROVER),
    guarded(f"{SHEET}drop/", views.drop_sheet, name="drop_sheet", GET=LEAD, POST=LEAD),
    guarded(f"{SHEET}pay/", views.pay_sheet, name="pay_sheet", GET=PAYER, POST=PAYER),
    guarded(f"{SHEET}witness/", views.witness_sheet, name="witness_sheet", POST=WITNESS),
    guarded(f"{SHEET}refuse/", views.refuse_payment, name="refuse_payment", POST=WITNESS),
    guarded(f"{SHEET}list.pdf", views.sheet_list, name="sheet_list", GET=NAMES),
    guarded(f"{SHEET}signed.webp", views.sheet_photo, name="sheet_photo", GET=NAMES),
    guarded(CASH, box_views.boxes, name="cash_boxes", GET=SECOND),
    guarded(f"{CASH}new/", box_views.open_box, name="open_box", GET=OPENER, POST=OPENER),
    guarded(BOX, box_views.cash_box, name="cash_box", GET=SECOND),
    guarded(f"{BOX}count/", box_views.count_box, name="count_box", GET=SECOND, POST=SECOND),
    guarded(f"{BOX}counts/<int:count>/", box_views.explain_count, name="explain_count", GET=SECOND, POST=SECOND),
    guarded(f"{BOX}counts/<int:count>/loss/", box_views.book_loss, name="book_count_loss", POST=TREASURER),
    guarded(f"{BOX}limits/", box_views.change_box, name="change_box", GET=STEWARD, POST=STEWARD),
    guarded(f"{BOX}top-up/", box_views.top_up, name="top_up_box", GET=ASKERS, POST=ASKERS),
    guarded(f"{BOX}ask/", box_views.ask_petty, name="ask_petty", GET=ASKERS, POST=ASKERS),
    guarded(f"{BOX}spend/", box_views.spend, name="spend_cash", GET=HOLDER, POST=HOLDER),
    guarded(f"{BOX}arrived/", box_views.arrive, name="cash_arrived", GET=HOLDER, POST=HOLDER),
    guarded(f"{BOX}payments/<uuid:payment>/sign/", box_views.sign_payment, name="sign_payment", POST=SECOND),
    guarded(f"{BOX}arrivals/<uuid:arrival>/witness/", box_views.witness_arrival, name="witness_arrival", POST=SECOND),
    guarded(f"{BOX}drop/<str:what>/<uuid:row>/", box_views.drop, name="drop_cash", GET=SECOND, POST=SECOND),
    guarded(f"{BOX}photos/<str:digest>.webp", box_views.photo, name="cash_photo", GET=SECOND),
    guarded(f"{CASH}back/<str:what>/<uuid:row>/", box_views.ask_back, name="ask_back", GET=SECOND, POST=SECOND),
    guarded(f"{CASH}back/<int:back>/", box_views.take_back, name="take_back", POST=SECOND),
    guarded(f"{CASH}books/new/", receipt_views.new_receipt_book, name="new_receipt_book", GET=OPENER, POST=OPENER),
    guarded(BOOK, receipt_views.receipt_book, name="receipt_book", GET=KEEPER, POST=KEEPER),
    guarded(f"{BOOK}<int:serial>/lost/", receipt_views.confirm_lost, name="confirm_lost", POST=KEEPER),
]
