"""Addresses of the ways to build, each with who may use it."""

from django.urls import URLPattern

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import text_page

from . import views

LEADS = role("site_lead", "steward")
SITE = role("site_lead", "steward", "treasurer", "buyer", "storekeeper", "shift_lead", "coordinator")

urlpatterns: list[URLPattern] = [
    guarded("c/<slug:slug>/options/", views.options_list, name="options_list", GET=ANYONE),
    guarded("c/<slug:slug>/options/<slug:code>/", views.options, name="options", GET=ANYONE, snapshot=text_page(views.element_codes)),
    guarded("desk/<slug:slug>/works/methods/", views.methods_desk, name="methods_desk", GET=SITE),
    guarded("desk/<slug:slug>/works/methods/file/", views.method_file_new, name="method_file_new", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/methods/file/<uuid:found>/", views.method_file, name="method_file", GET=LEADS, POST=LEADS),
    guarded(
        "desk/<slug:slug>/works/methods/file/<uuid:found>/refused.csv", views.method_file_refused, name="method_file_refused", GET=LEADS
    ),
    guarded("desk/<slug:slug>/works/methods/of/<slug:code>/", views.options_desk, name="options_desk", GET=SITE, POST=LEADS),
]
