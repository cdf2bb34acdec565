"""Addresses of this part of works, each with who may use it."""

from awna.kit.policies import guarded, role

from . import views

LEADS = role("site_lead", "steward")

urlpatterns = [
    guarded("desk/<slug:slug>/works/jobs/<uuid:pk>/", views.plan_job, name="plan_job", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/simulate/", views.simulate, name="simulate_plan", POST=LEADS),
    guarded("desk/<slug:slug>/works/what-if/", views.what_ifs, name="what_ifs", GET=LEADS),
    guarded("desk/<slug:slug>/works/what-if/new/", views.new_what_if, name="new_what_if", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/what-if/<uuid:pk>/", views.what_if, name="what_if", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/what-if/<uuid:pk>/change/", views.change_what_if, name="change_what_if", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/works/milestones/", views.milestones, name="plan_milestones", GET=LEADS, POST=LEADS),
]
