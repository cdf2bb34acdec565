"""`awna publish`: a whole copy with links that work anywhere, the same bytes for the same input, and only what changed built again."""

import gzip
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from awna import checkcopy, verify
from awna.books.services import EntryDraft, Row, Spot, dump_book, dump_mark, ensure_fund, log_key, post_entries, reverse_entry
from awna.core.problems import Refused
from awna.public.snapshot import making
from awna.public.snapshot.links import Links, Rewriter, rewritten
from tests.rooms.funded import Funded, make_funded

from .snapshots import ORIGIN, Tags, link_faults, page, pages, publish

pytestmark = pytest.mark.django_db
ENTRIES = 230


@pytest.fixture
def funded() -> Funded:
    given = make_funded()
    ensure_fund(book=given.book, code="tiles", title="Tiles", parent=given.roof)
    put_aside(given, ENTRIES)
    return given


def put_aside(funded: Funded, count: int) -> None:
    """Entries without a bank line: a little of the roof's money for its tiles, again and again."""
    at = {"custody": str(funded.account.custody_id), "commodity": str(funded.eur.pk)}
    roof, tiles = (Spot("free", fund=str(funded.book.fund(code).pk), **at) for code in ("roof", "tiles"))
    done = funded.book.entries.count()
    drafts = [EntryDraft("allocate", f"tiles {done + n}", [Row(roof, tiles, 1 + n % 7)], timezone.localdate()) for n in range(count)]
    assert post_entries(book=funded.book, drafts=drafts, author=funded.world.karim).refused == []


def manifest(folder: Path) -> list[str]:
    return page(folder, "snapshot/manifest.txt").splitlines()


def test_a_copy_is_whole_and_works_anywhere(funded, tmp_path):
    report = publish(tmp_path)
    there = {path for path, _text in pages(tmp_path)}
    assert {"index.html", "c/clinic/index.html", "ar/c/clinic/index.html", "c/clinic/book/0003/index.html", "snapshot/index.html"} <= there
    root = tmp_path / "current"
    for path in (
        "c/clinic/book.jsonl",
        "c/clinic/log/checkpoint",
        "c/clinic/book/rows.parquet",
        "c/clinic/book/0001.csv",
        "verify.py",
        "checkcopy.py",
    ):
        assert (root / path).stat().st_size > 0
    assert link_faults(tmp_path) == []
    assert (report.files, report.kept) == (report.written, 0)
    text = page(tmp_path, "c/clinic/index.html")
    assert "../../static/kit/awna.css" in text
    assert f"{ORIGIN}/c/clinic/give/" in text, "forms are at the site itself"


def test_no_page_needs_a_server_or_a_script(funded, tmp_path):
    publish(tmp_path)
    for path, text in pages(tmp_path):
        tags = {tag for tag, _attrs in Tags(text).found}
        assert not tags & {"form", "input", "button", "select", "iframe"}, path
        assert "csrfmiddlewaretoken" not in text, path
        assert 'type="application/ld+json"' in text or "script" not in tags, path


def test_every_page_says_of_what_it_is_a_copy(funded, tmp_path):
    publish(tmp_path)
    for path, text in pages(tmp_path):
        if 'http-equiv="refresh"' not in text:
            assert "localhost:8000" in text, path
            assert "stamp.svg" in text, path
    assert "2026-11-21 18:00" in page(tmp_path, "snapshot/stamp.svg")
    about = page(tmp_path, "snapshot/index.html")
    assert "21 Nov 2026, 18:00 UTC" in about
    assert str(funded.book.entries.count()) in about


def test_links_to_an_entry_lead_to_its_line_on_its_page(funded, tmp_path):
    publish(tmp_path)
    assert 'href="index.html#e142"' in page(tmp_path, "c/clinic/book/0002/index.html")
    newest = page(tmp_path, "c/clinic/book/index.html")
    assert 'href="0003/index.html#e' in newest


def test_pages_of_rows_are_built_in_the_first_language_and_linked_from_the_others(funded, tmp_path):
    publish(tmp_path)
    assert not (tmp_path / "current" / "ar" / "c" / "clinic" / "book" / "0001").exists()
    assert "../../../../c/clinic/book/0001/index.html" in page(tmp_path, "ar/c/clinic/book/index.html")
    funded.world.campaign.languages = "ar,en"
    funded.world.campaign.save()
    publish(tmp_path)
    assert 'lang="ar"' in page(tmp_path, "ar/c/clinic/book/0001/index.html")
    assert link_faults(tmp_path) == []


def test_the_same_input_gives_the_same_bytes(funded, tmp_path):
    publish(tmp_path / "one")
    publish(tmp_path / "two")
    everything = [{str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
                  for root in ((tmp_path / name / "current").resolve() for name in ("one", "two"))]  # fmt: skip
    assert everything[0] == everything[1]
    assert any(name.endswith(".html.gz") for name in everything[0])


def test_a_second_run_builds_nothing_and_a_new_entry_only_its_page(funded, tmp_path):
    first = publish(tmp_path)
    again = publish(tmp_path)
    assert again.files == first.files
    assert again.written == 0
    put_aside(funded, 1)
    old = {line.split(" ", 2)[2]: line for line in manifest(tmp_path)}
    publish(tmp_path)
    changed = {line.split(" ", 2)[2] for line in manifest(tmp_path)} - {path for path, line in old.items() if line in manifest(tmp_path)}
    assert "c/clinic/book/0003/index.html" in changed
    assert not {path for path in changed if "/book/0001" in path or "/book/0002" in path}
    publish(tmp_path / "fresh")
    assert manifest(tmp_path / "fresh") == manifest(tmp_path), "what was taken over is what would be built"


def test_the_dump_stays_while_its_head_does(funded, tmp_path):
    publish(tmp_path)
    mark = dump_mark(funded.book)
    publish(tmp_path)
    assert dump_mark(funded.book) == mark
    put_aside(funded, 1)
    publish(tmp_path)
    assert dump_mark(funded.book) != mark
    assert (tmp_path / "current/c/clinic/book.jsonl").read_bytes() == dump_book(funded.book)


def test_a_reversal_shows_on_the_page_of_what_it_reverses(funded, tmp_path):
    publish(tmp_path)
    before = page(tmp_path, "c/clinic/book/0001/index.html")
    entry = funded.book.entries.get(seq=50)
    reverse_entry(entry=entry, author=funded.world.karim, second=funded.world.salma, request_id="undo", effective_date=timezone.localdate())
    publish(tmp_path)
    after = page(tmp_path, "c/clinic/book/0001/index.html")
    assert "Reversed by" in after
    assert "Reversed by" not in before
    assert link_faults(tmp_path) == []


def test_a_new_name_reaches_every_page_that_says_it(funded, tmp_path):
    publish(tmp_path)
    funded.account.holder = "Wadi Sanad Health Union"
    funded.account.save()
    report = publish(tmp_path)
    assert report.written > 3
    assert "Wadi Sanad Health Union" in page(tmp_path, "c/clinic/book/0001/index.html")


def test_a_damaged_file_of_the_served_copy_is_not_taken_over(funded, tmp_path):
    publish(tmp_path)
    path = tmp_path / "current" / "c/clinic/book/0001/index.html"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Roof", b"Wall"))
    publish(tmp_path)
    assert path.read_bytes() == whole


def test_the_checker_of_copies_finds_every_planted_fault(funded, tmp_path, capsys):
    publish(tmp_path)
    root, key = (tmp_path / "current").resolve(), str(log_key(funded.book))
    assert checkcopy.main([str(root)]) == 0
    assert "taken from the copy itself" in capsys.readouterr().out
    assert checkcopy.main([str(root), "--key", key]) == 0
    assert verify.main([str(root / "c/clinic/book.jsonl"), "--key", key]) == 0
    page_file, twin = root / "c/clinic/index.html", root / "c/clinic/index.html.gz"
    other = gzip.compress(b"another page")
    planted = {
        "is not what was signed": lambda: page_file.write_bytes(page_file.read_bytes() + b" "),
        "is missing": page_file.unlink,
        "is not in the list": lambda: (root / "more.html").write_text("more"),
        "does not unpack": lambda: twin.write_bytes(other),
        "not the list that was signed": lambda: (root / "snapshot/manifest.txt").write_text(page(tmp_path, "snapshot/manifest.txt") + "x 1 y\n"),
        "not signed by the key": lambda: (root / "snapshot/snapshot.note").write_text(page(tmp_path, "snapshot/snapshot.note").replace("2026", "2025")),
        "no checkpoint": lambda: (root / "c/clinic/log/checkpoint").write_text("no head"),
    }  # fmt: skip
    for fault, plant in planted.items():
        kept = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        capsys.readouterr()
        plant()
        assert checkcopy.main([str(root)]) == 1, fault
        assert fault in capsys.readouterr().err, fault
        (root / "more.html").unlink(missing_ok=True)
        for path, data in kept.items():
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)
    assert checkcopy.main([str(root)]) == 0
    assert checkcopy.main([str(root), "--key", key.replace("clinic", "chapel")]) == 1
    assert checkcopy.main([str(tmp_path / "nothing")]) == 2


def test_the_command_tells_what_it_did_and_lets_a_web_server_read_it(funded, tmp_path, capsys):
    umask = os.umask(0o077)
    try:
        call_command("publish", str(tmp_path), processes=1, at="2026-11-21T18:00:00Z", json=True)
        assert os.umask(0o077) == 0o077, "what else this process writes stays private"
    finally:
        os.umask(umask)
    said = json.loads(capsys.readouterr().out)
    assert said["heads"] == {"clinic": funded.book.entries.count()}
    assert said["files"] == len(manifest(tmp_path))
    assert all(path.stat().st_mode & 0o004 for path in tmp_path.rglob("*")), "a web server cannot read all of the copy"
    for wrong in ({"at": "yesterday"}, {"at": "2026-11-21T18:00:00"}, {"campaign": "chapel"}, {"processes": -1}):
        with pytest.raises(CommandError) as refused:
            call_command("publish", str(tmp_path), **wrong)
        assert refused.value.returncode == 2


def test_without_any_signed_book_nothing_is_published(tmp_path, db):
    with pytest.raises(Refused) as refused:
        publish(tmp_path, campaigns=[])
    assert refused.value.codes == ["nothing_signs"]
    assert not (tmp_path / "current").exists()


def test_a_timer_may_come_before_the_founding(tmp_path, db, capsys):
    call_command("publish", str(tmp_path), once_founded=True)
    assert "nothing to publish" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        call_command("publish", str(tmp_path))
    assert ended.value.code == 1


def test_two_runs_at_once_are_refused(funded, tmp_path):
    with making.one_publisher(tmp_path), pytest.raises(Refused) as refused:
        publish(tmp_path)
    assert refused.value.codes == ["publishing_already"]


def test_a_page_that_fails_stops_the_run_and_the_old_copy_stays(funded, tmp_path, monkeypatch):
    publish(tmp_path)
    before = (tmp_path / "current").resolve()
    monkeypatch.setattr(making, "render_to_string", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(tmp_path, fresh=True)
    assert (tmp_path / "current").resolve() == before
    monkeypatch.undo()
    publish(tmp_path)
    assert sorted(path.name for path in (tmp_path / "copies").iterdir()) == ["000001", "000002"], "what the failed run left is gone"


def test_the_live_site_says_nothing_of_copies_but_what_one_is(funded):
    answer = Client().get("/snapshot/")
    assert answer.status_code == 200
    assert "stamp.svg" not in answer.content.decode()


@pytest.mark.parametrize(("given", "made"), [
    ('<a href="/c/clinic/book/">x</a>', '<a href="book/index.html">x</a>'),
    ('<a href="/c/clinic/book/?kind=gift&amp;q=1">x</a>', '<a href="http://localhost:8000/c/clinic/book/?kind=gift&amp;q=1">x</a>'),
    ('<a href="/desk/clinic/">x</a>', '<a href="http://localhost:8000/desk/clinic/">x</a>'),
    ("<a href='#main'>x</a>", '<a href="#main">x</a>'),
    ('<a href="https://example.org/a">x</a>', '<a href="https://example.org/a">x</a>'),
    ('<a title="a &gt; b" href=/c/clinic/>x</a>', '<a title="a &gt; b" href="index.html">x</a>'),
    ('<img srcset="/static/a.webp 1x, /static/b.webp 2x" alt="">', '<img srcset="../../static/a.webp 1x, ../../static/b.webp 2x" alt="">'),
    ('<svg viewBox="0 0 1 1"><use href="/static/i.svg#lock"/></svg>', '<svg viewBox="0 0 1 1"><use href="../../static/i.svg#lock"/></svg>'),
    ('<p>1 &lt; 2 &amp; href="/c/clinic/" &#8594;</p>', '<p>1 &lt; 2 &amp; href="/c/clinic/" &#8594;</p>'),
    ('<form action="/x"><input name="q"><script>1</script></form>y', "[form]y"),
    ("a<script>let a = '<p>'</script>b", "ab"),
    ('<script type="application/ld+json">{"a": "<p>"}</script>', '<script type="application/ld+json">{"a": "<p>"}</script>'),
    ("<main><h1>x</h1></main>", "[note]<main><h1>x</h1></main>"),
    ("<!-- hidden -->a<br/>b", "a<br/>b"),
    ('<b>a</b><form class="x"><b>no</b></form><i id="y">b</i> & c <a href="/c/clinic/">d</a>e', '<b>a</b>[form]<i id="y">b</i> & c <a href="index.html">d</a>e'),
    ("<p>a<script>let b = '</p><a href=1>'</script></p>c", "<p>a</p>c"),
    ('<td data-l="Balance"><object data="/static/a.svg"></object></td>', '<td data-l="Balance"><object data="../../static/a.svg"></object></td>'),
    ('<p><a href="/c/clinic/../clinic/book/#e7">x</a><a href="//h/x">y</a>', '<p><a href="book/index.html#e7">x</a><a href="//h/x">y</a>'),
])  # fmt: skip
def test_rewriting(given, made):
    links = Links({"/c/clinic/": "c/clinic/index.html", "/c/clinic/book/": "c/clinic/book/index.html"}, origin=ORIGIN, static=settings.STATIC_URL,
                  first_language="en")  # fmt: skip
    assert rewritten(given, lambda: Rewriter(links, page="/c/clinic/", file="c/clinic/index.html", note="[note]", form="[form]")) == made


def test_a_day_later_only_the_times_change(funded, tmp_path):
    publish(tmp_path)
    report = publish(tmp_path, made_at=timezone.now() + timedelta(days=1))
    assert report.written <= 2 + len(settings.LANGUAGES), "the stamp and the page about the copy"
