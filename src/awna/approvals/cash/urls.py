"""Addresses of wages and cash, each with who may use it."""

from awna.kit.policies import guarded, role

from . import views
from .services import APPROVERS, LEADS, PAYERS, RATE_SETTERS, WITNESSES

READERS = role("site_lead", "shift_lead", "treasurer", "steward", "coordinator", "storekeeper")
ASKERS, LEAD, RATE, APPROVER = role("steward", "treasurer", "site_lead"), role(*LEADS), role(*RATE_SETTERS), role(*APPROVERS)
PAYER, WITNESS, NAMES = role(*PAYERS), role(*WITNESSES), role(*LEADS, *PAYERS)
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
]
