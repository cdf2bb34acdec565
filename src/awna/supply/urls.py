"""Addresses of the buyer's and the store's desk."""

from awna.kit.policies import guarded, role

from . import views
from .services import BUYER_ROLES, PAYER_ROLES, RECEIVER_ROLES

READERS = role("steward", "treasurer", "buyer", "storekeeper", "site_lead")
BUYER, PAYER, RECEIVER = role(*BUYER_ROLES), role(*PAYER_ROLES), role(*RECEIVER_ROLES)

urlpatterns = [
    guarded("desk/<slug:slug>/supply/", views.orders, name="orders", GET=READERS),
    guarded("desk/<slug:slug>/supply/stores/", views.stores, name="stores", GET=READERS),
    guarded("desk/<slug:slug>/supply/orders/new/", views.new_order, name="new_order", GET=BUYER, POST=BUYER),
    guarded("desk/<slug:slug>/supply/orders/<int:number>/", views.order, name="order", GET=READERS),
    guarded("desk/<slug:slug>/supply/orders/<int:number>/pay/", views.pay, name="pay_order", GET=PAYER, POST=PAYER),
    guarded("desk/<slug:slug>/supply/orders/<int:number>/ship/", views.ship, name="ship_order", GET=RECEIVER, POST=RECEIVER),
    guarded("desk/<slug:slug>/supply/loads/<int:number>/", views.consignment, name="consignment", GET=READERS, POST=RECEIVER),
]
