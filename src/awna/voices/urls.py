"""Addresses of voices, each with who may use it."""

from awna.kit.policies import ANYONE, guarded, role

from .models import ANSWERERS, LEAD
from .services import TYPISTS
from .views import desk, leads, telling

CHARGE, TYPIST, STEWARD, LEADS = role(*ANSWERERS), role(*TYPISTS, LEAD), role("steward"), role(LEAD)

urlpatterns = [
    guarded("c/<slug:slug>/voices/", telling.voices, name="voices", GET=ANYONE),
    guarded("c/<slug:slug>/voices/tell/", telling.tell, name="tell_voice", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/voices/report/", telling.report, name="report_harm", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/voices/case/<str:token>/", telling.voice, name="voice", GET=ANYONE, POST=ANYONE),
    guarded("desk/<slug:slug>/voices/", desk.desk_voices, name="desk_voices", GET=TYPIST),
    guarded("desk/<slug:slug>/voices/enter/", desk.enter_voice, name="enter_voice", GET=TYPIST, POST=TYPIST),
    guarded("desk/<slug:slug>/voices/enter/report/", desk.enter_report, name="enter_report", GET=TYPIST, POST=TYPIST),
    guarded("desk/<slug:slug>/voices/rules/", desk.voice_rules, name="voice_rules", GET=STEWARD, POST=STEWARD),
    guarded("desk/<slug:slug>/voices/sealed/", leads.sealed_reports, name="sealed_reports", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/voices/sealed/key/<int:key>/end/", leads.end_key, name="end_lead_key", POST=LEADS),
    guarded("desk/<slug:slug>/voices/sealed/<uuid:voice>/report.age", leads.sealed_file, name="sealed_file", GET=LEADS),
    guarded("desk/<slug:slug>/voices/sealed/<uuid:voice>/answer/", leads.answer_report, name="answer_report", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/voices/sealed/<uuid:voice>/close/", leads.close_report, name="close_report", GET=LEADS, POST=LEADS),
    guarded("desk/<slug:slug>/voices/<uuid:voice>/", desk.desk_voice, name="desk_voice", GET=CHARGE, POST=CHARGE),
    guarded("desk/<slug:slug>/voices/<uuid:voice>/off/", desk.bar, name="bar_person", GET=CHARGE, POST=CHARGE),
    guarded("desk/<slug:slug>/voices/<uuid:voice>/photo/<int:photo>/", desk.desk_photo, name="voice_photo", GET=CHARGE),
]
