"""What PDF/A-3b asks of the file itself, as far as a test can look: it says what it is, brings all that it needs, and relates its proof."""

import pytest
from lxml import etree
from pypdf.generic import IndirectObject

from awna.books import services as books
from awna.donations import services
from awna.donations.services.receipts import paper_of
from awna.kit.typeset import typeset
from tests.rooms.donations.papers import objects_in, read
from tests.rooms.donations.receiving import make_receiving

pytestmark = pytest.mark.django_db
PDFA, PDFUA = "http://www.aiim.org/pdfa/ns/id/", "http://www.aiim.org/pdfua/ns/id/"
BARRED_ACTIONS = {
    "/Launch",
    "/Sound",
    "/Movie",
    "/ResetForm",
    "/ImportData",
    "/Hide",
    "/SetOCGState",
    "/Rendition",
    "/Trans",
    "/GoTo3DView",
    "/JavaScript",
}
"""ISO 19005-3, 6.5.1."""


@pytest.fixture(params=["en", "ar"])
def pdf(request):
    """A receipt with its proof attached, since the head over its entry is signed."""
    place = make_receiving()
    gift = place.gift(language=request.param)
    books.publish_head(gift.book)
    receipt = services.issue_receipt(gift=gift, author=place.treasurer)
    assert receipt.said["language"] == request.param
    return paper_of(receipt)


def fonts_of(pdf):
    return [one for one in objects_in(read(pdf).trailer["/Root"]) if one.get("/Type") == "/Font"]


def test_the_file_says_its_standards_in_plain_metadata(pdf):
    stream = read(pdf).trailer["/Root"]["/Metadata"].get_object()
    assert (stream["/Type"], stream["/Subtype"]) == ("/Metadata", "/XML") and "/Filter" not in stream
    said = {(one.tag, one.text) for one in etree.fromstring(stream.get_data()).iter()}
    assert {(f"{{{PDFA}}}part", "3"), (f"{{{PDFA}}}conformance", "B"), (f"{{{PDFUA}}}part", "1")} <= said


def test_it_names_the_colours_it_means(pdf):
    intents = [one.get_object() for one in read(pdf).trailer["/Root"]["/OutputIntents"]]
    profiles = [one["/DestOutputProfile"].get_object().get_data() for one in intents if one["/S"] == "/GTS_PDFA1"]
    assert [profile[36:40] for profile in profiles] == [b"acsp"]  # the mark of an ICC profile


def test_every_font_is_in_the_file_and_maps_to_text(pdf):
    fonts = fonts_of(pdf)
    composed = [one for one in fonts if one["/Subtype"] == "/Type0"]
    assert composed and all("/ToUnicode" in one for one in composed)
    for font in fonts:
        held = font.get("/FontDescriptor", {})
        held = held.get_object() if isinstance(held, IndirectObject) else held
        assert font["/Subtype"] in ("/Type0", "/Type3") or {"/FontFile", "/FontFile2", "/FontFile3"} & set(held)


def test_the_proof_is_attached_with_its_relation_and_listed_for_the_whole_file(pdf):
    root = read(pdf).trailer["/Root"]
    (spec,) = [one.get_object() for one in root["/AF"]]
    assert spec["/Type"] == "/Filespec" and spec["/AFRelationship"] == "/Data" and spec["/F"] and spec["/UF"] and spec["/Desc"]
    stream = spec["/EF"]["/F"].get_object()
    assert stream["/Subtype"] == "/text/plain" and stream["/Params"]["/ModDate"] and stream.get_data().startswith(b"c2sp.org/tlog-proof@v1")


def test_nothing_in_it_runs_is_hidden_or_lies_outside(pdf):
    reader = read(pdf)
    root = reader.trailer["/Root"]
    assert not reader.is_encrypted and len(reader.trailer["/ID"]) == 2
    assert not {"/OpenAction", "/AA", "/AcroForm", "/NeedsRendering"} & set(root)
    for one in objects_in(root):
        assert one.get("/S") not in BARRED_ACTIONS and "/JS" not in one
        assert not ({"/F", "/FFilter"} & set(one) and "/Length" in one)  # a stream whose bytes are in another file
        assert one.get("/Filter") not in ("/LZWDecode", "/Crypt")


def test_it_is_tagged_in_its_language_and_has_a_title(pdf):
    root = read(pdf).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value and root["/StructTreeRoot"] and root["/Lang"] in ("en", "ar")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value


def test_a_file_set_without_the_standards_is_told_apart():
    pdf = typeset(
        "donations/typeset/payment.typ",
        {"title": "t", "day": "2026-01-01", "language": "en", "rtl": False, "facts": [], "code": "", "part": ""},
    )
    root = read(pdf).trailer["/Root"]
    assert "/OutputIntents" not in root
    assert PDFA.encode() not in (root["/Metadata"].get_object().get_data() if "/Metadata" in root else b"")
