"""Commissioning says why something is not passed; the pack carries every paper with its digest, in the owner's language."""

import io
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from awna.core.problems import Refused
from awna.works.diary.quality import record_defect
from awna.works.handover import services
from awna.works.handover.checklist import CODES, GROUPS
from awna.works.handover.pack import pack_zip
from awna.works.handover.services import AssetFacts, Upload
from tests.rooms.funded import make_funded

TODAY = timezone.localdate()
PAPER = Upload(b"%PDF-1.7 a manual", "manual.pdf")
HANDOVER = "/desk/clinic/works/handover/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return make_funded().world


def codes(act, **said):
    with pytest.raises(Refused) as refused:
        act(**said)
    return refused.value.codes


def test_each_line_has_a_code_of_its_own():
    assert sum(len(group.items) for group in GROUPS) == len(CODES)


def test_findings_papers_and_assets_are_kept_once_or_refused_with_a_reason(world):
    about = {"campaign": world.campaign, "author": world.nour}
    finding = about | {"code": "power-earth", "inspector": "electrical inspector", "checked_on": TODAY, "request_id": "f"}
    assert codes(services.record_commissioning, result="failed", **finding) == ["commissioning_without_reason"]
    assert codes(services.record_commissioning, result="passed", **finding | {"code": "moon"}) == ["commissioning_unknown"]
    bad = Upload(b"MZ a program", "sheet.pdf")
    assert codes(services.record_commissioning, result="passed", upload=bad, **finding) == ["paper_not_pdf_or_png"]
    first = services.record_commissioning(result="passed", upload=PAPER, **finding)
    assert services.record_commissioning(result="passed", **finding) == first
    services.record_commissioning(result="failed", note="Two sockets", **finding | {"request_id": "f2"})
    assert services.findings_of(world.campaign)["power-earth"].result == "failed"
    facts = AssetFacts(name="Generator", installed_on=TODAY, warranty_until=TODAY - timedelta(days=1))
    assert codes(services.add_asset, facts=facts, request_id="a", **about) == ["warranty_before_start"]
    paper = about | {"title": "Generator", "language": "ar", "upload": PAPER, "request_id": "p"}
    assert codes(services.add_paper, kind="warranty", **paper) == ["warranty_without_end"]
    assert codes(services.add_paper, kind="manual", **paper | {"author": world.karim}) == ["role_may_not_do_this"]


def test_the_pack_has_every_paper_an_index_and_digests(world, client):
    about = {"campaign": world.campaign, "author": world.nour}
    asset = services.add_asset(facts=AssetFacts(name="مولّد كهرباء", place="Yard"), request_id="a", **about)
    services.add_paper(kind="manual", title="=HYPERLINK", language="ar", upload=PAPER, asset=asset, request_id="p", **about)
    services.record_commissioning(
        code="oxygen-purity", result="passed", inspector="gas laboratory", checked_on=TODAY, upload=Upload(b"\x89PNG sheet", "s.png"),
        request_id="f", **about,
    )  # fmt: skip
    record_defect(text="Crack above the door", due_on=TODAY, request_id="d", **about)
    data = pack_zip(campaign=world.campaign, language="ar")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {
        "handover.pdf", "index.csv", "assets.csv", "SHA256SUMS", "manual/001.pdf", "commissioning/oxygen-purity.png"
    }  # fmt: skip
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: sha256(body).hexdigest() for name, body in files.items() if name != "SHA256SUMS"}
    assert files["manual/001.pdf"] == PAPER.data
    assert files["handover.pdf"].startswith(b"%PDF-")
    assert "'=HYPERLINK" in files["index.csv"].decode("utf-8-sig")
    assert pack_zip(campaign=world.campaign, language="ar") == data
    client.force_login(world.nour.user)
    answer = client.get(f"{HANDOVER}pack.pdf?language=de")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_the_pages(world, client):
    client.force_login(world.nour.user)
    form = {"request_id": "f", "result": "passed", "inspector": "gas laboratory", "checked_on": TODAY}
    file = SimpleUploadedFile("sheet.pdf", PAPER.data, "application/pdf")
    page = client.post(f"{HANDOVER}list/oxygen-purity/", form | {"file": file}, follow=True).content.decode()
    assert "gas laboratory" in page
    assert f"1 of {len(CODES)}" in page
    wrong = client.post(f"{HANDOVER}list/oxygen-purity/", form | {"request_id": "g", "result": "failed"})
    assert wrong.status_code == 422
    client.post(f"{HANDOVER}assets/", {"request_id": "a", "name": "Steriliser", "quantity": 2})
    paper = {"request_id": "p", "kind": "manual", "title": "Steriliser", "language": "ar"}
    page = client.post(f"{HANDOVER}papers/", paper | {"file": SimpleUploadedFile("m.pdf", PAPER.data)}, follow=True).content.decode()
    assert "2 × <bdi>Steriliser</bdi>" in page
    row = world.campaign.handover_papers.get()
    assert client.get(f"{HANDOVER}papers/{row.pk}.file").content == PAPER.data
    client.force_login(world.eve)
    assert client.get(HANDOVER).status_code == 403
