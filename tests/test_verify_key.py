"""The owner's key under attack: each time the pure rules refuse, `awna-verify` names the entry, and a verifier without that check is fooled."""

import copy
import functools
import json
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from awna import verify
from awna.core.consent.policy import policy_digest, policy_payload
from awna.core.consent.proposal import ExactRow, proposal_digest
from awna.core.consent.quorum import fingerprint_code
from awna.core.consent.rules import Band
from awna.core.digest import canonical_json
from awna.core.ledger.entries import Decision, leaf_bytes
from tests.authenticator import Authenticator, founded, keyring
from tests.core.consent.keyed import BOOK, EXT, FREE, POLICY, RULES, STEWARDS, Keyed, paper, passkey, succeeding
from tests.core.ledger.story import dump_of, dump_of_leaves
from tests.test_verify import paths_of
from tests.verifying import refusal

SALMA, SELIM, SAMI, SARA = (passkey(name) for name in ("salma", "selim", "sami", "sara"))
LOST = Authenticator("sara", seed=bytes(31) + b"\x07")
"""The key that Sara makes when hers is lost or stolen."""
SOURCE = Path(verify.__file__).read_text("utf-8")
IN_TIME = 'in_time = one["date"] <= filed.value["expiry"] and filed.epoch == self.policy["epoch"]'
PAUSED = 'return any(leaf["date"] <= until for until in self.pauses.values())'
ASKED = 'said["type"] == "webauthn.get" and said["challenge"] == asked'
DROPPED = "if not self.keys or owners.get(key) == one"
SUSPENDED = 'self.check_in_force(one.get("key", ""), leaf, one["date"])'


COOLED = ('cooled = not self.rules["cool_down"] or ', "cooled = True or ")


@dataclass(frozen=True)
class Attack:
    """`act` does it; the pure rules answer with `code`, the verifier with `says`; `faults` are the checks taken out of a verifier."""

    act: Callable[[Keyed], object]
    code: str
    says: str
    faults: tuple[tuple[str, str], ...]


def weakened(faults: tuple[tuple[str, str], ...]) -> types.ModuleType:
    """The verifier with these pieces of its text exchanged."""
    source = SOURCE
    for old, new in faults:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    module = types.ModuleType("weakened")
    module.__file__ = verify.__file__
    exec(compile(source, "weakened", "exec"), vars(module))
    for name in ("ed25519_is_right", "es256_is_right"):
        setattr(module, name, getattr(verify, name))
    return module


def buy(book: Keyed, *signers: Authenticator, amount: int = 40_000, name: str = "buy", on: str = "2026-03-05", **yes: str) -> None:
    """A purchase that is right but for what is said here."""
    book.ask(name, amount)
    book.pay_out(name, book.yes(name, *signers, **yes), on=on)


# ------------------------------------------------------------------------------------------------------- signatures on something else
def on_another_proposal(book: Keyed) -> None:
    other = proposal_digest(book.ask("other", 1_000))
    book.ask("buy", 40_000)
    book.pay_out("buy", book.yes("buy", SALMA, SAMI, of=other))


def on_another_book(book: Keyed) -> None:
    elsewhere = replace(POLICY, book="book-school")
    book.ask("buy", 40_000, book="book-school", policy=policy_digest(elsewhere))
    book.pay_out("buy", book.yes("buy", SALMA, SAMI))


def in_another_epoch(book: Keyed) -> None:
    book.ask("buy", 40_000)
    new = succeeding(rules=replace(RULES, cool_down=1))
    book.ask("change", purpose="policy", payload=policy_payload(new))
    book.renew("change", book.yes("change", SALMA, SAMI, SARA), new, on="2026-03-09")
    book.pay_out("buy", book.yes("buy", SALMA, SAMI), on="2026-03-12")


def edited_after(book: Keyed) -> None:
    signed = proposal_digest(book.ask("draft", 40_000))
    book.ask("buy", 50_000)
    book.pay_out("buy", book.yes("buy", SALMA, SAMI, of=signed, digest=signed))


def with_hidden_rows(book: Keyed) -> None:
    book.ask("buy", 40_000, rows=(ExactRow(FREE.id, EXT.id, 300_000),))
    book.pay_out("buy", book.yes("buy", SALMA, SAMI))


SIGNATURES = {
    "on another proposal": Attack(on_another_proposal, "challenge_wrong", "another challenge", ((ASKED, "True"),)),
    "on another book": Attack(
        on_another_book, "policy_not_in_force", "another book or policy",
        (('value["book"] == self.policy["book"] and value["policy"] == digest(self.policy)', "True"),)),
    "in another epoch": Attack(
        in_another_epoch, "policy_not_in_force", "under a newer policy", ((IN_TIME, 'in_time = one["date"] <= filed.value["expiry"]'),)),
    "edited after": Attack(
        edited_after, "decision_about_another_text", "another text", (('one["digest"] == filed.digest', "True"), (ASKED, "True"))),
    "without the person": Attack(
        lambda book: buy(book, SALMA, passkey("sami", flags=0x01)), "user_not_verified", "did not verify the person",
        (("auth[32] & 5 == 5", "True"),)),
    "on another site": Attack(
        lambda book: buy(book, SALMA, passkey("sami", site="https://clinic.example.evil")), "site_wrong", "another site",
        (('said["origin"] == key["site"] and ', ""),)),
    "with rows hidden": Attack(
        with_hidden_rows, "not_enough", "no quorum", (('value.keys() & {"rows", "payload", "least_arrival"}', "False"),)),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------- who says yes, when
def after_expiry(book: Keyed) -> None:
    book.ask("buy", 40_000)
    book.pay_out("buy", book.yes("buy", SALMA, SAMI, on="2026-07-01"), on="2026-06-30")


def with_a_revoked_key(book: Keyed) -> None:
    new = succeeding(swap=[LOST])
    book.ask("change", purpose="policy", payload=policy_payload(new))
    book.renew("change", book.yes("change", SALMA, SAMI, paper("sara")), new, on="2026-03-09")
    book.ask("buy", 40_000, on="2026-03-09")
    book.pay_out("buy", book.yes("buy", SARA, SAMI, on="2026-03-10"), on="2026-03-12")


def with_a_suspended_key(book: Keyed) -> None:
    book.suspend(SARA, SELIM, on="2026-03-02", until="2026-03-06")
    buy(book, SAMI, SARA, on="2026-03-09")


def said_before_a_suspension(book: Keyed) -> None:
    """Days are not signed: who holds the stolen key and the site writes an earlier one."""
    book.ask("buy", 40_000)
    book.suspend(SARA, SELIM, on="2026-03-04", until="2026-03-08")
    book.pay_out("buy", book.yes("buy", SAMI, SARA, on="2026-03-03"), on="2026-03-05")


def declined_before(book: Keyed) -> None:
    book.ask("buy", 40_000)
    book.decline("buy", SAMI, on="2026-03-02")
    book.pay_out("buy", book.yes("buy", SALMA, SAMI))


TWICE = " and steward not in filed.said.keys() | filed.declined"
BY_KEY = ('filed.said[steward] = (one["date"]', 'filed.said[steward + one["key"]] = (one["date"]')
PEOPLE = {
    "two keys of one steward": Attack(
        lambda book: buy(book, SALMA, paper("salma")), "decided_twice", "decides twice",
        (("new = steward in self.policy[\"stewards\"]" + TWICE, "new = True"), BY_KEY)),
    "two of one household": Attack(
        lambda book: buy(book, SALMA, SELIM), "not_enough", "no quorum",
        (("enough = len({homes.get(one, (one,)) for one in yes}) >= k", "enough = len(yes) >= k"),)),
    "one office": Attack(
        lambda book: buy(book, SALMA, SAMI, amount=60_000), "not_enough", "no quorum", (("[one for one in own if one[1] >= total][:1]", "own[:1]"),)),
    "only k for much": Attack(
        lambda book: buy(book, SAMI, SARA, amount=50_001), "not_enough", "no quorum", (("max([self.policy[\"k\"], *(k for *_, k, _ in asked)])", "2"),)),
    "too late": Attack(
        after_expiry, "proposal_expired", "had ended", ((IN_TIME, 'in_time = filed.epoch == self.policy["epoch"]'), COOLED)),
    "revoked": Attack(
        with_a_revoked_key, "key_unknown", "no such key of sara",
        (("keys=held)", "keys=self.keys | held)"), ("(len(self.keys) == len(keys) and owned == wanted)", "owned == wanted"))),
    "suspended": Attack(with_a_suspended_key, "key_suspended", "was suspended", ((SUSPENDED, "pass"),)),
    "backdated": Attack(said_before_a_suspension, "not_enough", "was suspended", (('leaf["date"] > until and not since', "not since"),)),
    "declined": Attack(declined_before, "decided_twice", "decides twice", (("filed.said.keys() | filed.declined\n        need(new", "filed.said\n        need(new"),)),
    "early": Attack(
        lambda book: buy(book, SALMA, SAMI, on="2026-03-04"), "too_early", "cool-down", (COOLED,)),
}  # fmt: skip


# ----------------------------------------------------------------------------------------------------------------- caps, stops and pauses
def above_the_cap(book: Keyed) -> None:
    buy(book, SALMA, SAMI, amount=50_000)
    buy(book, SALMA, SAMI, amount=40_001, name="more")


def paid_while_paused(book: Keyed) -> None:
    book.pause(SARA, on="2026-03-04", until="2026-03-10")
    buy(book, SALMA, SAMI)


def paid_before_the_pause(book: Keyed) -> None:
    """The entry stands after the pause, though it says an earlier day."""
    book.pause(SARA, on="2026-03-10", until="2026-03-12")
    buy(book, SALMA, SAMI, on="2026-03-09")


def resumed_by_few(book: Keyed) -> None:
    pause = book.pause(SARA, on="2026-03-04", until="2026-03-10").seq
    book.ask("go-on", purpose="resume", payload={"about": "resume", "pause": str(pause)}, on="2026-03-04")
    book.resume("go-on", book.yes("go-on", SALMA, SAMI, on="2026-03-04"), pause=pause, on="2026-03-04")


def suspended_again(book: Keyed) -> None:
    book.suspend(SARA, SELIM, on="2026-03-02", until="2026-03-04")
    book.suspend(SARA, SALMA, on="2026-04-02", until="2026-04-04")


def paused_again(book: Keyed) -> None:
    book.pause(SARA, on="2026-03-02", until="2026-03-04")
    book.pause(paper("sara"), on="2026-04-02", until="2026-04-04")


def suspended_by_a_suspended_key(book: Keyed) -> None:
    book.suspend(SARA, SELIM, on="2026-03-02", until="2026-03-04")
    book.suspend(SALMA, SARA, on="2026-03-03", until="2026-03-04")


LASTS = 'need(day <= payload["until"] <= later(day, self.rules[about + "_days"])'
AGAIN = "need(last is None or day >= later(last, AGAIN_DAYS)"
STOPS = {
    "above the cap": Attack(above_the_cap, "cap_exceeded", "cap of a day", (("need(within_cap, ", "need(True, "),)),
    "paused": Attack(paid_while_paused, "paused", "while the book was paused", ((PAUSED, "return False"),)),
    "backdated out of a pause": Attack(paid_before_the_pause, "paused", "while the book was paused", ((PAUSED, "return False"),)),
    "resumed by few": Attack(resumed_by_few, "not_enough", "approved exactly this resume", (("all(decided or [filed.approved])", "True"),)),
    "suspended for long": Attack(
        lambda book: book.suspend(SARA, SELIM, on="2026-03-02", until="2026-03-10"), "days_wrong", "longer than", ((LASTS, "need(True"),)),
    "suspended again": Attack(suspended_again, "too_soon_again", "too soon", ((AGAIN, "need(True"),)),
    "suspended by another": Attack(
        lambda book: book.suspend(SARA, SELIM, on="2026-03-02", until="2026-03-04", steward="sami"), "not_a_steward", "no such key of sami",
        (('need(key["steward"] and steward in ("", key["steward"])', 'need(key["steward"]'),)),
    "suspended by a suspended key": Attack(
        suspended_by_a_suspended_key, "key_suspended", "was suspended", (('self.check_in_force(payload["seal"]["key"], leaf, day)', "pass"),)),
    "paused for long": Attack(
        lambda book: book.pause(SARA, on="2026-03-02", until="2026-03-17"), "days_wrong", "longer than", ((LASTS, "need(True"),)),
    "paused again": Attack(paused_again, "too_soon_again", "too soon", ((AGAIN, "need(True"),)),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------- another policy
def change(book: Keyed, *signers: Authenticator, on: str, filed: str = "2026-03-02", **new: object) -> None:
    policy = succeeding(book.policy, **new)
    book.ask("change", purpose="policy", payload=policy_payload(policy), on=filed)
    book.renew("change", book.yes("change", *signers), policy, on=on)


FEWER = {"rules": replace(RULES, bands=(Band("EUR", 2),))}
ONLY_PAPER = {"swap": [passkey("sara", seed=bytes(31) + b"\x08")], "by": "paper"}
PAPERS = tuple(paper(name) for name in ("salma", "selim", "sami"))
POLICIES = {
    "before its wait": Attack(
        lambda book: change(book, SALMA, SAMI, SARA, on="2026-03-08", k=3), "too_early", "before its wait", (("need(waited, ", "need(True, "),)),
    "by the dropped key": Attack(
        lambda book: change(book, SALMA, SAMI, SARA, on="2026-03-09", swap=[LOST]), "not_enough", "exactly this policy", ((DROPPED, ""),)),
    "a lower band by k": Attack(
        lambda book: change(book, SALMA, SAMI, on="2026-03-09", **FEWER), "not_enough", "exactly this policy",
        (('or value.keys() & {"rows", "payload", "least_arrival"}: asked', "and False: asked"),)),
    "paper of n-2": Attack(
        lambda book: change(book, *PAPERS[:2], on="2026-04-01", **ONLY_PAPER), "not_enough", "exactly this policy",
        (('max(1, len(self.policy["stewards"]) - 1), 0) if by_paper', "2, 0) if by_paper"),)),
    "paper a day early": Attack(
        lambda book: change(book, *PAPERS, on="2026-03-31", **ONLY_PAPER), "too_early", "before its wait", (("need(waited, ", "need(True, "),)),
    "passkeys as paper": Attack(
        lambda book: change(book, *PAPERS[:2], SAMI, on="2026-04-01", **ONLY_PAPER), "not_enough", "exactly this policy",
        (('if self.keys[key]["kind"] == "paper"}', "}"),)),
}  # fmt: skip
ALL = SIGNATURES | PEOPLE | STOPS | POLICIES


@functools.cache
def done(name: str) -> Keyed:
    book = Keyed()
    ALL[name].act(book)
    return book


@pytest.mark.parametrize("name", ALL)
def test_the_rules_refuse_an_attack_before_it_is_posted(name):
    assert ALL[name].code in done(name).problems


@pytest.mark.parametrize("name", ALL)
def test_the_verifier_names_the_entry_that_was_posted_anyway(name):
    said = refusal(done(name).dump)
    last = done(name).entries[-1].seq
    assert said.startswith(tuple(f"entry {seq}:" for seq in range(2, last + 1))), said
    assert ALL[name].says in said


@pytest.mark.parametrize("name", ALL)
def test_a_verifier_without_that_check_would_be_fooled(name):
    assert weakened(ALL[name].faults).verify(done(name).dump, None)


def test_the_text_of_a_verifier_without_faults_is_the_verifier():
    for name in ("paused", "revoked"):
        module = weakened(())
        with pytest.raises(module.Wrong):
            module.verify(done(name).dump, None)


@functools.cache
def life() -> Keyed:
    """The same acts, done rightly."""
    book = Keyed()
    buy(book, SALMA, SAMI)
    book.ask("big", 80_000, on="2026-03-05")
    book.pay_out("big", book.yes("big", SELIM, SAMI, paper("sara"), on="2026-03-06"), on="2026-03-08")
    book.suspend(SARA, SELIM, on="2026-03-09", until="2026-03-16")
    pause = book.pause(paper("sara"), on="2026-03-09", until="2026-03-23").seq
    book.ask("go-on", purpose="resume", payload={"about": "resume", "pause": str(pause)}, on="2026-03-09")
    book.resume("go-on", book.yes("go-on", SALMA, SAMI, paper("sara"), on="2026-03-10"), pause=pause, on="2026-03-10")
    book.ask("no", 1_000, on="2026-03-10")
    book.decline("no", SELIM, on="2026-03-10")
    new = succeeding(swap=[LOST])
    book.ask("change", purpose="policy", payload=policy_payload(new), on="2026-03-10")
    book.renew("change", book.yes("change", SALMA, SAMI, paper("sara"), on="2026-03-12"), new, on="2026-03-17")
    again = succeeding(new, swap=[passkey("salma", seed=bytes(31) + b"\x09")], by="paper", rules=replace(RULES, recovery_wait=0))
    book.ask("recover", purpose="policy", payload=policy_payload(again), on="2026-03-18")
    book.renew("recover", book.yes("recover", *PAPERS, on="2026-03-20"), again, on="2026-04-17")
    return book


def test_what_is_done_rightly_passes_the_rules_and_the_verifier():
    assert life().problems == []
    lines = verify.verify(life().dump, None)
    assert "Policy: 2 of 4 stewards, epoch 2." in lines
    rules = next(line for line in lines if line.startswith("Rules: "))
    for words in ("up to 500.00 EUR: 2 yes", "any amount of EUR: 3 yes of 2 offices", "at most 900.00 EUR a day", "cool-down 2 days", "waits 7",
                  "by paper keys 0 days", "1 suspensions, 1 pauses (1 ended early), 1 declined", "Newest date: 2026-04-17"):  # fmt: skip
        assert words in rules
    assert any(line.startswith("Keys of sara: paper ") and "passkey " in line for line in lines)
    assert lines[-1].startswith("The key governs this book. A payment outside it is found at the next statement and shown in red.")


def test_an_operator_who_enrols_himself_as_all_stewards_is_exposed_by_a_list_from_elsewhere():
    listed = "".join(f"{key.steward} {fingerprint_code(key)}\n" for key in POLICY.keys)
    eve = [replace(one, seed=(one.kind + one.steward).encode().rjust(32, b"e")) for one in keyring(*STEWARDS)]
    taken = Keyed(founded(replace(POLICY, keys=(), founding=()), eve))
    buy(taken, *(one for one in eve if one.kind == "passkey" and one.steward in ("salma", "sami")))
    assert taken.problems == [] and verify.verify(taken.dump, None)
    assert "not those of --stewards" in refusal(taken.dump, stewards=listed)
    assert any("are those of --stewards" in line for line in verify.verify(Keyed().dump, None, stewards=listed))


@pytest.mark.parametrize("nonsense", [None, "", -1, [], {}, "9999-12-31", [[]], {"a": 1}, True, 10**30])
def test_signed_nonsense_in_the_rules_and_stops_never_ends_in_a_traceback(nonsense):
    leaves = [json.loads(leaf_bytes(entry)) for entry in life().entries]
    stops = ("policy", "suspend", "pause", "declined", "resume")
    seqs = [seq for seq, leaf in enumerate(leaves) if leaf.get("payload", {}).get("about") in stops]
    places = [(seq, path) for seq in seqs for path in paths_of(leaves[seq]["payload"])[1:] if path[-1] != "about"]
    for seq, path in places[::13]:
        changed = copy.deepcopy(leaves[seq])
        target = changed["payload"]
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = nonsense
        lines = [canonical_json(changed if n == seq else leaf) for n, leaf in enumerate(leaves)]
        assert refusal(dump_of_leaves(lines)).startswith("entry "), (seq, path)


def test_every_part_of_what_one_steward_says_alone_is_signed():
    for entry in life().entries:
        if entry.payload.get("about") not in ("suspend", "pause", "declined"):
            continue
        changes = [{"until": "2026-03-10"}] * ("until" in entry.payload) + [{"steward": "sami"}, {"book": "book-school"}, {"seal": None}]
        changes += [{"seal": entry.payload["seal"] | {name: "AAAA"}} for name in ("signature",)]
        for change in changes:
            payload = {name: part for name, part in (entry.payload | change).items() if part is not None}
            wrong = [replace(one, payload=payload) if one is entry else one for one in life().entries]
            assert refusal(dump_of(wrong)).startswith(f"entry {entry.seq}:"), change


def test_a_book_by_name_says_so_loudly_and_can_be_paused():
    book = Keyed(replace(POLICY, keys=(), founding=()))
    assert any(line.startswith("DECISIONS IN THIS BOOK ARE NAMES") for line in verify.verify(book.dump, None))
    said = {"about": "pause", "book": BOOK, "steward": "sara", "date": "2026-03-02", "until": "2026-03-09"}
    book.post("memo", on="2026-03-02", payload=said)
    assert any("1 pauses" in line for line in verify.verify(book.dump, None))
    book.post("memo", on="2026-05-02", payload=said | {"steward": "eve", "date": "2026-05-02", "until": "2026-05-09"})
    assert "no steward: pause" in refusal(book.dump)


def test_keys_that_came_later_are_told_from_keys_that_were_founded():
    book = Keyed(replace(POLICY, keys=(), founding=()))
    new = succeeding(POLICY)
    book.ask("keys", purpose="policy", payload=policy_payload(new))
    digest = proposal_digest(book.filed["keys"].proposal)
    book.post("policy", on="2026-03-09", proposal="keys", payload=policy_payload(new),
              decisions=tuple(Decision(one, "keys", digest, "2026-03-03") for one in ("salma", "sami", "sara")))  # fmt: skip
    assert verify.verify(book.dump, None)[-2] == "The first keys came in epoch 1, by decisions that are names."
