"""Addresses of legal pages."""

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import text_page

from . import views
from .services import KEEPERS

KEEPER = role(*KEEPERS)

urlpatterns = [
    guarded("c/<slug:slug>/legal/", views.legal, name="legal", GET=ANYONE),
    guarded("c/<slug:slug>/legal/<str:body>/<str:kind>/", views.legal_page, name="legal_page", GET=ANYONE, snapshot=text_page(views.each_legal_page)),
    guarded(
        "c/<slug:slug>/legal/<str:body>/<str:kind>/<int:number>/", views.legal_page, name="legal_version", GET=ANYONE,
        snapshot=text_page(views.each_legal_version),
    ),
    guarded("desk/<slug:slug>/legal/", views.legal_desk, name="legal_desk", GET=KEEPER),
    guarded("desk/<slug:slug>/legal/<str:body>/<str:kind>/", views.write_legal, name="write_legal", GET=KEEPER, POST=KEEPER),
    guarded("desk/<slug:slug>/legal/<str:body>/<str:kind>/read/", views.review_legal, name="review_legal", GET=KEEPER, POST=KEEPER),
]  # fmt: skip
