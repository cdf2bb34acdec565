"""Every address that anyone may read is carried by snapshots, or left out with a reason; none is forgotten."""

from collections.abc import Iterable

from django.urls import URLPattern

from awna.kit.policies import ANYONE, guarded, open_addresses
from awna.kit.snapshots import LEFT_OUT, InSnapshot, left_out, text_page


def undeclared(addresses: Iterable[tuple[str, URLPattern, InSnapshot | None]]) -> list[str]:
    findings = []
    for route, pattern, said in addresses:
        if said is None:
            findings.append(f"{route} is open to anyone: its urls.py must say how a snapshot carries it")
        elif said.kind == LEFT_OUT and not said.reason:
            findings.append(f"{route} is left out of snapshots without a reason")
        elif said.kind != LEFT_OUT and set(pattern.pattern.converters) - {"slug"} and said.each is None:
            findings.append(f"{route} has parameters: snapshots must be told their values")
    return findings


def test_every_open_address_is_published_or_left_out_with_a_reason() -> None:
    found = list(open_addresses())
    assert len(found) > 40
    assert undeclared(found) == []


def test_what_is_private_is_left_out() -> None:
    said = {pattern.name: said.kind for _route, pattern, said in open_addresses() if said}
    for name in (
        "trace",
        "gift_file",
        "gift_proof",
        "give",
        "give_done",
        "confirm_signature",
        "withdraw_signature",
        "accept_invitation",
        "account_login",
    ):
        assert said[name] == LEFT_OUT, name
    assert {said[name] for name in ("campaign", "book_page", "letter", "plan", "log_file", "book_dump")} == {"text", "table", "file"}


def test_the_rule_catches_its_breaches() -> None:
    def view(request: object) -> None: ...

    def pattern(route: str, snapshot: InSnapshot | None = None) -> tuple[str, URLPattern, InSnapshot | None]:
        return route, guarded(route, view, name="x", GET=ANYONE, snapshot=snapshot), snapshot

    planted = [pattern("c/<slug:slug>/x/<int:n>/"), pattern("x/", left_out("")), pattern("c/<slug:slug>/x/<int:n>/", text_page())]
    assert len(undeclared(planted)) == 3
    assert undeclared([pattern("x/", left_out("a reason")), pattern("c/<slug:slug>/", text_page())]) == []
