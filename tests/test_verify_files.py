"""What is given beside a dump: a donor's file, older checkpoints, the log's policy, the stewards' keys, the way of a gift."""

import json
from pathlib import Path

import pytest

from awna import verify
from awna.core.consent.quorum import word_code
from awna.core.digest import canonical_json
from awna.core.ledger.entries import leaf_bytes
from awna.core.ledger.shelter import ShareTree, share_reference
from awna.core.ledger.trace import trace
from awna.core.log.checkpoint import Checkpoint, key_of_seed, sign_checkpoint
from awna.core.log.cosignature import cosign, witness_key
from awna.core.log.dump import DumpHeader, write_dump
from awna.core.log.policy import policy_text, simple_policy
from awna.core.log.proof import make_proof, proof_text
from awna.core.log.tree import hash_leaf, root_of
from tests.core.ledger.story import BOOK, GIFT_KEY, KEY, ORIGIN, POLICY, RECEIPT, SALT, SEED, Story, gifts, sheltered, tell
from tests.verifying import DUMP, WHOLE, refusal

LEAVES = [leaf_bytes(entry) for entry in WHOLE.entries]
HASHES = [hash_leaf(leaf) for leaf in LEAVES]
BATCH = next(entry.seq for entry in WHOLE.entries if entry.batch)
WITNESSES = [witness_key(bytes([n]) * 32, name=f"witness.example/{n}") for n in (1, 2, 3)]


def checkpoint(size: int, *, seed: bytes = SEED, root: bytes = b"") -> str:
    return sign_checkpoint(Checkpoint(ORIGIN, size, root or root_of(HASHES[:size])), seed=seed)


def receipt_of(seq: int, *, size: int = len(LEAVES), **more: object) -> dict[str, object]:
    proof = proof_text(make_proof(HASHES[:size], index=seq, checkpoint=checkpoint(size)))
    return {"type": "receipt", "v": 1, "book": BOOK, "log_key": str(KEY), "receipt": RECEIPT, "key": GIFT_KEY.hex(), "lot": [seq, 1],
            "leaf": LEAVES[seq].decode(), "proof": proof, **more}  # fmt: skip


def share_receipt() -> dict[str, object]:
    story = tell()
    path = ShareTree(sheltered(story), seed=SALT).path(share_reference(GIFT_KEY, receipt=RECEIPT))
    steps = [{"sum": str(step.sum), "hash": step.hash} for step in path.steps]
    return receipt_of(BATCH, share={"index": path.index, "amount": str(path.amount), "steps": steps})


def file_of(receipt: dict[str, object]) -> bytes:
    return canonical_json(receipt) + b"\n"


def wrong(data: bytes) -> str:
    with pytest.raises(verify.Wrong) as refused:
        verify.check_receipt(data, [str(KEY)], None, BOOK)
    return str(refused.value)


@pytest.mark.parametrize("receipt", [receipt_of(1), receipt_of(1, size=20), share_receipt()], ids=["whole", "older_head", "share"])
def test_a_donors_file_is_right_alone_and_beside_the_dump(receipt, tmp_path, capsys):
    path, dump = tmp_path / "gift.awna", tmp_path / "book.jsonl"
    path.write_bytes(file_of(receipt))
    dump.write_bytes(DUMP)
    assert verify.main(["--receipt", str(path)]) == 0
    assert verify.main([str(dump), "--receipt", str(path), "--key", str(KEY)]) == 0
    said = capsys.readouterr().out
    assert "Log key taken from the receipt" in said
    assert f"Receipt {RECEIPT} is " in said


@pytest.mark.parametrize("receipt", [receipt_of(1, size=2), share_receipt()], ids=["whole", "share"])
def test_every_changed_byte_of_a_donors_file_is_found(receipt):
    data = file_of(receipt)
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert wrong(changed).startswith(("receipt:", "header:")), at


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"receipt": "RF00 EVE"}, "do not make the reference"),
        ({"key": "00" * 32}, "do not make the reference"),
        ({"lot": [2, 1]}, "not of its gift"),
        ({"lot": [1, 2]}, "not of its gift"),
        ({"leaf": LEAVES[2].decode()}, "not of its gift"),
        ({"leaf": LEAVES[1].decode().replace("60000", "60001")}, "not in the tree"),
        ({"proof": receipt_of(2)["proof"]}, "not of its gift"),
        ({"book": "no\nbook"}, "canonical"),
        ({"log_key": str(key_of_seed(bytes(32), name=ORIGIN))}, "log key or book is another"),
    ],
)
def test_a_donors_file_of_something_else_is_refused(changes, why):
    assert why in wrong(file_of(receipt_of(1) | changes))


def test_a_share_of_another_amount_or_place_is_refused():
    receipt = share_receipt()
    share = receipt["share"]
    for changed in (
        {**share, "amount": "501"}, {**share, "index": share["index"] ^ 1}, {**share, "steps": share["steps"][1:]},
        {**share, "index": share["index"] + 16}, {**share, "steps": share["steps"][::-1]}):  # fmt: skip
        assert "holds no such share" in wrong(file_of(receipt | {"share": changed}))
    huge = [{**share["steps"][0], "sum": "1000000000000000"}, *share["steps"][1:]]
    assert "sums of its share" in wrong(file_of(receipt | {"share": {**share, "steps": huge}}))
    assert "not of its gift" in wrong(file_of(receipt | {"lot": [BATCH + 1, 1]}))


def test_a_donors_file_of_another_log_is_refused_beside_the_dump():
    forged = root_of([HASHES[1], HASHES[0]])
    proof = proof_text(make_proof(HASHES[:2], index=1, checkpoint=checkpoint(2))).replace(checkpoint(2), checkpoint(2, root=forged))
    assert "not in the tree" in refusal(DUMP, receipts=[file_of(receipt_of(1) | {"proof": proof})])
    short = tell()
    shorter = write_dump(DumpHeader(BOOK, ORIGIN, str(KEY)), leaves=LEAVES[:1], openings=[], checkpoint=checkpoint(1))
    assert len(short.entries) > 1
    assert "not of the log of the dump" in refusal(shorter, receipts=[file_of(receipt_of(1))])


def test_older_checkpoints_are_continued_or_refused():
    said = verify.verify(DUMP, None, older=[checkpoint(1), checkpoint(20), checkpoint(len(LEAVES))])
    assert "Continues the older checkpoint of 20 entries." in said
    assert "do not begin this book" in refusal(DUMP, older=[checkpoint(20, root=root_of(HASHES[1:21]))])
    assert "do not begin this book" in refusal(DUMP, older=[checkpoint(len(LEAVES) + 1, root=bytes(32))])
    assert "not signed" in refusal(DUMP, older=[checkpoint(20, seed=bytes(32))])
    assert "no checkpoint of this log" in refusal(DUMP, older=[checkpoint(20).replace(ORIGIN, "log.example/other")])
    assert "no checkpoint of this log" in refusal(DUMP, older=["nonsense"])


def witnessed_dump(*signers: int) -> bytes:
    note = checkpoint(len(LEAVES))
    text = note.partition("\n\n")[0] + "\n"
    lines = [cosign(text, seed=bytes([n]) * 32, name=f"witness.example/{n}", time_s=1_780_000_000 + n) for n in signers]
    header = DumpHeader(BOOK, ORIGIN, str(KEY), tuple(str(WITNESSES[n - 1]) for n in signers))
    return write_dump(header, leaves=LEAVES, openings=WHOLE.openings, checkpoint=note + "".join(f"{line}\n" for line in lines))


def test_a_quorum_of_the_policys_witnesses_cosigned():
    policy = policy_text(simple_policy(WITNESSES, quorum=2, log=KEY))
    said = verify.verify(witnessed_dump(1, 3), None, policy=policy)
    assert any("2 of 3 in the policy cosigned" in line for line in said)
    assert any("independently witnessed (2)" in line for line in said)
    assert "not enough" in refusal(witnessed_dump(1), policy=policy)
    other = policy_text(simple_policy(WITNESSES, quorum=2, log=key_of_seed(bytes(32), name=ORIGIN)))
    assert "not of this log" in refusal(witnessed_dump(1, 3), policy=other)
    assert "not of this log" in refusal(DUMP, policy="nonsense")


def test_the_keys_of_the_stewards_are_compared_with_a_list_from_elsewhere():
    keys = sorted(POLICY.keys, key=lambda key: key.id)
    listed = "".join(f"{key.steward} {key.id if n % 2 else word_code(key.id)}\n" for n, key in enumerate(keys))
    assert any("the keys are those of --stewards" in line for line in verify.verify(DUMP, None, stewards="# from paper\n" + listed))
    assert "taken from the book itself" in "".join(verify.verify(DUMP, None))
    for changed in (listed.replace("salma", "sami", 1), listed.partition("\n")[2], listed + "eve " + "00" * 32):
        assert "not those of --stewards" in refusal(DUMP, stewards=changed)


@pytest.mark.parametrize("seq", [entry.seq for entry in WHOLE.entries if entry.kind in ("gift", "gift_in_kind", "receive_goods")])
def test_the_way_of_each_gift_is_that_of_the_books_own_trace(seq):
    hops = trace(WHOLE.entries).of_lot((seq, 1))
    said = verify.verify(DUMP, None, trace=f"{seq}.1")
    lines = [line for line in said if line.startswith("  ")]
    assert [line.split(":")[0].strip() for line in lines] == [f"{hop.row[0]}.{hop.row[1]}" for hop in hops]


def test_what_brought_nothing_has_no_way():
    for lot in ("3.1", "99.1", "x", "1"):
        assert "brought nothing" in refusal(DUMP, trace=lot)


def test_the_version_is_the_digest_of_the_file(capsys):
    with pytest.raises(SystemExit):
        verify.main(["--version"])
    import hashlib

    assert hashlib.sha256(Path(verify.__file__).read_bytes()).hexdigest() in capsys.readouterr().out
    assert json.loads(LEAVES[1])["seq"] == 1


def dump_after_a_new_key(*, replaces: str = "", entry: int = 4) -> tuple[bytes, str]:
    """The old key signs a last checkpoint that holds the memo; from there on the new key signs."""
    story, seed = Story(), bytes([9]) * 32
    gifts(story)
    new = key_of_seed(seed, name=ORIGIN)
    story.add("memo", payload={"about": "log_key", "key": str(new), "replaces": replaces or str(KEY)})
    story.add("memo", payload={"about": "note"})
    leaves = [leaf_bytes(one) for one in story.entries]
    hashes = [hash_leaf(leaf) for leaf in leaves]
    last = sign_checkpoint(Checkpoint(ORIGIN, 5, root_of(hashes[:5])), seed=SEED)
    note = sign_checkpoint(Checkpoint(ORIGIN, 6, root_of(hashes)), seed=seed)
    head, *lines = write_dump(DumpHeader(BOOK, ORIGIN, str(new)), leaves=leaves, openings=[], checkpoint=note).splitlines(keepends=True)
    past = {"key_history": [{"entry": entry, "key": str(KEY), "note": last}]}
    return b"".join([canonical_json(json.loads(head) | past) + b"\n", *lines]), last


def test_a_log_whose_key_changed_is_still_checked_with_the_old_key():
    dump, last = dump_after_a_new_key()
    assert "Continues the older checkpoint of 5 entries." in verify.verify(dump, str(KEY), older=[last])
    assert verify.verify(dump, str(key_of_seed(bytes([9]) * 32, name=ORIGIN)))
    with pytest.raises(verify.Wrong, match="not the one given"):
        verify.verify(dump, str(key_of_seed(bytes([8]) * 32, name=ORIGIN)))
    assert "under the old key" in refusal(dump_after_a_new_key(entry=5)[0])
    assert "under the old key" in refusal(dump_after_a_new_key(replaces=str(key_of_seed(bytes(32), name=ORIGIN)))[0])


def broken(payload: dict[str, object], *, origin: str = ORIGIN) -> bytes:
    """A book whose stewards approved this break."""
    story = Story()
    gifts(story)
    story.file("loss", purpose="break", payload=payload)
    story.add("break", proposal="loss", payload=payload, decisions=story.yes("loss", "salma", "sami"))
    leaves = [leaf_bytes(one) for one in story.entries]
    note = sign_checkpoint(Checkpoint(origin, len(leaves), root_of([hash_leaf(leaf) for leaf in leaves])), seed=SEED)
    return write_dump(DumpHeader(BOOK, origin, str(key_of_seed(SEED, name=origin))), leaves=leaves, openings=[], checkpoint=note)


def test_a_broken_log_says_what_it_cannot_continue():
    story = Story()
    gifts(story)
    root = root_of([hash_leaf(leaf_bytes(one)) for one in story.entries]).hex()
    lost = {"about": "break", "lost": {"size": 9, "root": "ab" * 32}, "origin": f"{ORIGIN}/2"}
    assert any("breaks the log" in line and "ab" * 32 in line for line in verify.verify(broken(lost, origin=f"{ORIGIN}/2")))
    assert "not those of the entries" in refusal(broken(lost))
    adopted = {"about": "break", "adopted": {"size": 4, "root": root}}
    assert verify.verify(broken(adopted))
    assert "not those that were read back" in refusal(broken({"about": "break", "adopted": {"size": 3, "root": root}}))
    assert "not a break" in refusal(broken({"about": "break", "text": "free"}))
