"""Addresses of giving."""

from awna.kit.policies import ANYONE, guarded, role

from . import receipt_views as receipts
from . import section_views as sections
from . import views
from .debit.urls import urlpatterns as debit_patterns
from .earlier_urls import urlpatterns as earlier_patterns
from .offer_urls import urlpatterns as offer_patterns
from .providers.urls import urlpatterns as provider_patterns

TREASURER = role("treasurer")
KEEPER = role(*sections.KEEPERS)

urlpatterns = [
    *debit_patterns,
    *earlier_patterns,
    *offer_patterns,
    *provider_patterns,
    guarded("c/<slug:slug>/give/", views.give, name="give", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/details/", views.give_details, name="give_details", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/<str:token>/check/", views.give_check, name="give_check", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/give/<str:token>/payment.pdf", views.give_slip, name="give_slip", GET=ANYONE),
    guarded("c/<slug:slug>/give/<str:token>/", views.give_done, name="give_done", GET=ANYONE),
    guarded("c/<slug:slug>/gift/<str:token>/<uuid:gift>.awna", views.gift_file, name="gift_file", GET=ANYONE),
    guarded("c/<slug:slug>/gift/<str:token>/<uuid:gift>.tlog-proof", views.gift_proof, name="gift_proof", GET=ANYONE),
    guarded("c/<slug:slug>/receipts/<str:token>/", receipts.my_receipts, name="my_receipts", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/receipts/<str:token>/<uuid:receipt>.pdf", receipts.my_receipt_pdf, name="my_receipt_pdf", GET=ANYONE),
    guarded("desk/<slug:slug>/receipts/", receipts.receipts, name="receipts", GET=TREASURER),
    guarded("desk/<slug:slug>/receipts/year/<int:year>/", receipts.annual_receipts, name="annual_receipts", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/receipts/for/<uuid:gift>/", receipts.issue_receipt, name="issue_receipt", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/receipts/<uuid:receipt>/void/", receipts.void_receipt, name="void_receipt", GET=TREASURER, POST=TREASURER),
    guarded("desk/<slug:slug>/receipts/<uuid:receipt>.pdf", receipts.receipt_pdf, name="receipt_pdf", GET=TREASURER),
    guarded("desk/<slug:slug>/sections/", sections.sections, name="sections", GET=KEEPER),
    guarded("desk/<slug:slug>/sections/<uuid:section>/", sections.section, name="section", GET=KEEPER, POST=KEEPER),
]
