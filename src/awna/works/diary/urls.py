"""Addresses of the site diary, checks, defects and change orders, each with who may use it."""

from awna.kit.policies import guarded, role

from . import views

WRITERS = role("site_lead", "shift_lead")
READERS = role("site_lead", "shift_lead", "steward", "coordinator", "storekeeper")
LEADS = role("site_lead", "steward")
DIARY = "desk/<slug:slug>/works/diary/"
QUALITY = "desk/<slug:slug>/works/quality/"

urlpatterns = [
    guarded(DIARY, views.diary, name="diary", GET=READERS, POST=WRITERS),
    guarded(f"{DIARY}sw.js", views.worker, name="diary_worker", GET=READERS),
    guarded(f"{DIARY}photos/<uuid:photo>.webp", views.photo, name="site_photo", GET=READERS),
    guarded(QUALITY, views.quality, name="quality", GET=READERS),
    guarded(f"{QUALITY}checks/", views.add_check, name="add_check", GET=LEADS, POST=LEADS),
    guarded(f"{QUALITY}checks/<int:check>/", views.record_result, name="check_result", GET=LEADS, POST=LEADS),
    guarded(f"{QUALITY}defects/", views.record_defect, name="record_defect", GET=READERS, POST=READERS),
    guarded(f"{QUALITY}defects/<uuid:defect>/", views.close_defect, name="close_defect", GET=LEADS, POST=LEADS),
    guarded(f"{QUALITY}changes/", views.order_change, name="order_change", GET=LEADS, POST=LEADS),
]
