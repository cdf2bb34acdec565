"""The donor's browser checks her gift without a network, and agrees with the checks in Python on right and on changed proofs."""

import hashlib
import hmac
import json
import string
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from awna.books.services import publish_head
from awna.core.digest import canonical_json
from awna.core.ledger.shelter import Share, ShareTree, check_share, share_reference
from awna.core.log.checkpoint import Checkpoint, key_of_seed, read_key, sign_checkpoint
from awna.core.log.proof import check_proof, make_proof, proof_text
from awna.core.log.tree import hash_leaf
from awna.core.problems import Refused
from awna.desk.services import import_statement
from awna.donations.models import Gift
from awna.donations.services import pledge_gift
from awna.donations.services.donors import donor_file

from .ground import Ground, ask_for_cement, bank_file

SEED, ORIGIN = bytes(range(32)), "awna.example/c/clinic"
CHARACTERS = sorted({*string.ascii_letters, *string.digits, *"+/= \n-."})
TEXTS_OF_SHA = ["", "abc", "a" * 55, "a" * 56, "a" * 63, "a" * 64, "a" * 1000, "نور"]


@pytest.fixture
def gift_page(site: str, page: Page, ground: Ground) -> dict[str, str]:
    """Dana's page is open; gives the leaf, proof and key that it holds."""
    pledge = pledge_gift(bank_account=ground.account, amount_minor=500_00, request_id="dana", name="Dana")
    data = bank_file(ground, pledge.reference)
    import_statement(bank_account=ground.account, data=data, filename="n", author=ground.world.north_treasurer, request_id="n")
    ask_for_cement(ground)
    publish_head(ground.book)
    page.goto(f"{site}/c/clinic/gift/{pledge.donor.token}/")
    held = page.locator("template[data-leaf]")
    return {name: str(held.get_attribute(f"data-{name}")) for name in ("leaf", "proof", "key", "book", "seq", "line")}


def test_the_check_runs_without_a_network(page: Page, context: BrowserContext, gift_page: dict[str, str], complaints: list[str]) -> None:
    context.set_offline(True)
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("[data-result]")).to_have_attribute("data-result", "right")
    steps = page.locator("[data-result] > li")
    assert steps.evaluate_all("all => all.map(one => one.dataset.code)") == [
        "leaf_hashed", "leaf_in_log", "signature_right", "lot_right", "all_right"]  # fmt: skip
    expect(steps.nth(0)).to_contain_text(hashlib.sha256(gift_page["leaf"].encode()).hexdigest())
    expect(steps.nth(1)).to_contain_text(f"entry {gift_page['seq']}")
    assert complaints == []


def test_a_file_that_was_kept_is_checked(page: Page, context: BrowserContext, gift_page: dict[str, str], complaints: list[str]) -> None:
    receipt = json.loads(donor_file(Gift.objects.get()))
    context.set_offline(True)
    seq = receipt["lot"][0]
    files = {
        "gift.tlog-proof": (gift_page["proof"], "right"), "gift.awna": (json.dumps(receipt), "right"),
        "row.awna": (json.dumps(receipt | {"lot": [seq, 9]}), "wrong"), "entry.awna": (json.dumps(receipt | {"lot": [0, 1]}), "wrong"),
        "changed.awna": (json.dumps(receipt | {"leaf": receipt["leaf"].replace('"gift"', '"gifT"')}), "wrong"),
        "other.awna": (json.dumps(receipt | {"book": "another"}), "wrong"), "key.awna": (json.dumps(receipt | {"key": "00" * 32}), "wrong"),
        "receipt.awna": (json.dumps(receipt | {"receipt": receipt["receipt"] + "X"}), "wrong"),
        "nokey.awna": (json.dumps({name: value for name, value in receipt.items() if name != "key"}), "wrong"),
        "short.tlog-proof": (gift_page["proof"][:-40], "wrong"), "empty.awna": ("{}", "wrong"), "noise.awna": ("{", "wrong"), "none.txt": ("", "wrong"),
    }  # fmt: skip
    for name, (text, result) in files.items():
        page.locator("[data-check] input").set_input_files({"name": name, "mimeType": "text/plain", "buffer": text.encode()})
        expect(page.locator("[data-result] > li").last).to_be_visible()
        expect(page.locator("[data-result]"), name).to_have_attribute("data-result", result)
    assert complaints == []


def test_a_share_of_a_batch_is_checked_as_python_does(page: Page, gift_page: dict[str, str]) -> None:
    """A batch of twelve, in a log of its own; then every field of the path changed."""
    keys = [bytes([n]) * 32 for n in range(12)]
    shares = [Share(share_reference(key, receipt="R-1"), 1_000 + n) for n, key in enumerate(keys)]
    tree = ShareTree(shares, seed=b"s" * 32)
    batch = {"n": 12, "shares": tree.root, "movements": "00" * 32}
    leaf = canonical_json({"v": 1, "seq": 0, "kind": "gift", "rows": [{"amount": str(tree.total), "line": 1}], "batch": batch})
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, hash_leaf(leaf)), seed=SEED)
    proof = proof_text(make_proof([hash_leaf(leaf)], index=0, checkpoint=note))
    path = tree.path(shares[3].commitment)
    share = {"amount": str(path.amount), "index": path.index, "steps": [{"hash": step.hash, "sum": str(step.sum)} for step in path.steps]}
    changed: list[Any] = [
        share | {"amount": str(path.amount + 1)},
        share | {"index": path.index ^ 1},
        share | {"steps": share["steps"][:-1]},
        share | {"index": -1},
    ]
    for n, step in enumerate(share["steps"]):
        for other in (
            {"sum": str(int(step["sum"]) + 1)},
            {"hash": step["hash"][:-1] + ("0" if step["hash"][-1] != "0" else "1")},
            {"sum": "-1"},
        ):
            changed.append(share | {"steps": [*share["steps"][:n], step | other, *share["steps"][n + 1 :]]})
    files = [{"v": 1, "type": "receipt", "log_key": str(key_of_seed(SEED, name=ORIGIN)), "receipt": "R-1", "key": keys[3].hex(), "lot": [0, 1],
              "leaf": leaf.decode(), "proof": proof, "share": one} for one in [share, *changed]]  # fmt: skip
    files.append(files[0] | {"key": keys[4].hex()})
    found = page.evaluate(
        "async files => { const out = []; for (const one of files) out.push((await awnaCheck.checkFile(JSON.stringify(one), {})).whole); return out }",
        files,
    )
    assert found == [True] + [False] * (len(files) - 1)
    assert check_share(path, commitment=shares[3].commitment, root=tree.root, total=tree.total) == []


def test_the_browser_and_python_agree_on_every_changed_byte(page: Page, gift_page: dict[str, str]) -> None:
    proof, leaf, key = (gift_page[name] for name in ("proof", "leaf", "key"))
    cases = [[leaf, proof, key]]
    for at in range(len(proof)):
        cases.append([leaf, _changed(proof, at), key])
    for at in range(0, len(leaf), 5):
        cases.append([_changed(leaf, at), proof, key])
    for at in range(len(key)):
        cases.append([leaf, proof, _changed(key, at)])
    # The last letter before "=" holds two bits that say nothing: only one spelling of a hash is right.
    cases += [[leaf, proof.replace(f"{line[-2]}=\n", f"{_neighbour(line[-2])}=\n", 1), key] for line in proof.split("\n")[2:4] if line]
    cases += [[leaf, proof[:-cut], key] for cut in (1, 2, 50, 120)]
    ours = page.evaluate(
        "async cases => { const out = []; for (const one of cases) out.push((await awnaCheck.check(...one)).whole); return out }", cases
    )
    theirs = [_python_says(*case) for case in cases]
    assert ours[0] and theirs[0]
    assert [case for case, one, other in zip(cases, ours, theirs, strict=True) if one != other] == []
    assert not any(ours[1:]), "every change is seen"


def test_the_digests_of_the_browser_are_those_of_the_standard(page: Page, gift_page: dict[str, str]) -> None:
    assert page.evaluate("texts => texts.map(awnaCheck.sha256)", TEXTS_OF_SHA) == [
        hashlib.sha256(text.encode()).hexdigest() for text in TEXTS_OF_SHA
    ]
    keyed = page.evaluate("Array.from(awnaCheck.hmac(new Uint8Array(32).fill(7), new TextEncoder().encode('R-1')))")
    assert bytes(keyed) == hmac.digest(bytes([7]) * 32, b"R-1", "sha256")


def test_a_browser_without_signatures_says_so(page: Page, gift_page: dict[str, str]) -> None:
    found = page.evaluate(
        """async ([leaf, proof, key]) => {
            Object.defineProperty(globalThis, "crypto", { value: {} });
            return await awnaCheck.check(leaf, proof, key);
        }""",
        [gift_page["leaf"], gift_page["proof"], gift_page["key"]],
    )
    assert (found["ok"], found["whole"]) == (True, False)
    assert found["steps"][-1]["code"] == "signature_not_checked"


def test_the_check_reads_in_arabic(site: str, page: Page, gift_page: dict[str, str], complaints: list[str]) -> None:
    page.goto(page.url.replace("/c/clinic/", "/ar/c/clinic/"))
    page.locator("[data-check] button").click()
    expect(page.locator("[data-result]")).to_have_attribute("data-result", "right")
    assert page.locator("html").get_attribute("dir") == "rtl" and complaints == []


def _changed(text: str, at: int) -> str:
    other = CHARACTERS[(CHARACTERS.index(text[at]) + 1 + at % 7) % len(CHARACTERS)] if text[at] in CHARACTERS else "x"
    return text[:at] + other + text[at + 1 :]


def _neighbour(letter: str) -> str:
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    return letters[letters.index(letter) ^ 1]


def _python_says(leaf: str, proof: str, key: str) -> bool:
    try:
        return check_proof(proof, leaf=leaf.encode(), key=read_key(key)) == []
    except Refused:
        return False
