"""Addresses of works, each with who may use it."""

from awna.kit.policies import ANYONE, guarded, role
from awna.kit.snapshots import table_page

from . import views
from .costs.urls import urlpatterns as costs_patterns
from .crossing.urls import urlpatterns as crossing_patterns
from .diary.urls import urlpatterns as diary_patterns
from .handover.urls import urlpatterns as handover_patterns
from .methods.urls import urlpatterns as methods_patterns
from .planner.urls import urlpatterns as planner_patterns
from .readiness.urls import urlpatterns as readiness_patterns
from .schedule.urls import urlpatterns as schedule_patterns
from .survey.urls import urlpatterns as survey_patterns

LEADS = role("site_lead", "steward")
SITE = role("site_lead", "steward", "storekeeper", "shift_lead", "coordinator")

urlpatterns = [
    guarded("c/<slug:slug>/plan/", views.plan, name="plan", GET=ANYONE, snapshot=table_page()),
    guarded("c/<slug:slug>/plan/<int:page>/", views.plan, name="plan_page", GET=ANYONE, snapshot=table_page(views.plan_pages)),
    guarded("desk/<slug:slug>/works/", views.works_desk, name="works_desk", GET=SITE, POST=LEADS),
    guarded("desk/<slug:slug>/works/plans/<uuid:pk>/", views.plan_run, name="plan_run", GET=SITE, POST=LEADS),
    guarded(
        "desk/<slug:slug>/works/tasks/<uuid:pk>/issue/", views.issue, name="works_issue",
        GET=role("site_lead", "storekeeper"), POST=role("site_lead", "storekeeper"),
    ),
    guarded(
        "desk/<slug:slug>/works/tasks/<uuid:pk>/progress/", views.progress, name="works_progress",
        GET=role("site_lead", "shift_lead"), POST=role("site_lead", "shift_lead"),
    ),
    *crossing_patterns, *costs_patterns, *diary_patterns, *handover_patterns, *methods_patterns, *planner_patterns, *readiness_patterns, *schedule_patterns, *survey_patterns,
]  # fmt: skip
