"""Batches of gifts: every share is proven with its place, and no forged sum, place or amount gets through."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.amounts import AMOUNT_MINOR_MAX
from awna.core.ledger.shelter import Share, ShareTree, Step, check_share, movements_root, share_reference
from awna.core.problems import Refused

SEED = b"s" * 32


def commitment(n: int) -> str:
    return hashlib.sha256(f"gift {n}".encode()).hexdigest()


def shares_of(amounts: list[int]) -> list[Share]:
    return [Share(commitment(n), amount) for n, amount in enumerate(amounts)]


def checked(tree: ShareTree, path, *, of: str, **changes) -> list[str]:
    return [problem.code for problem in check_share(path, **({"commitment": of, "root": tree.root, "total": tree.total} | changes))]


TEN = [100, 2_500, 300, 700, 5_000, 1, 90_000, 42, 10_000, 333]
TREE = ShareTree(shares_of(TEN), seed=SEED)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=40), st.binary(min_size=32, max_size=32))
def test_every_share_is_proven_and_the_shares_fill_the_lot_without_gap_or_overlap(amounts, seed):
    shares = shares_of(amounts)
    tree = ShareTree(shares, seed=seed)
    places = []
    for share in shares:
        path = tree.path(share.commitment)
        assert check_share(path, commitment=share.commitment, root=tree.root, total=tree.total) == []
        assert (path.amount, path.total) == (share.amount, sum(amounts))
        places.append((path.left, path.left + share.amount))
    places.sort()
    assert [place[0] for place in places] == [0, *(place[1] for place in places[:-1])]
    assert places[-1][1] == tree.total


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 10**6), min_size=10, max_size=20), st.data())
def test_any_change_of_a_proof_is_seen(amounts, data):
    tree = ShareTree(shares_of(amounts), seed=SEED)
    name = commitment(data.draw(st.integers(0, len(amounts) - 1)))
    path = tree.path(name)
    at = data.draw(st.integers(0, len(path.steps) - 1))
    step, more = path.steps[at], data.draw(st.integers(1, 50))
    byte = bytes.fromhex(step.hash)
    changed = bytes([byte[0] ^ data.draw(st.integers(1, 255))]) + byte[1:]
    for faulty in (
        replace(path, amount=path.amount + more),
        replace(path, index=path.index ^ 1 << at),
        replace(path, steps=(*path.steps[:at], Step(step.sum + more, step.hash), *path.steps[at + 1 :])),
        replace(path, steps=(*path.steps[:at], Step(step.sum, changed.hex()), *path.steps[at + 1 :])),
        replace(path, steps=path.steps[:-1]),
        # An amount moved from the neighbour to the own share keeps the total; the leaf's own amount gives it away.
        replace(path, amount=path.amount + more, steps=(Step(max(0, path.steps[0].sum - more), path.steps[0].hash), *path.steps[1:])),
    ):
        assert checked(tree, faulty, of=name) != []


def test_the_same_batch_is_rebuilt_from_its_seed_and_another_seed_shuffles_it():
    again = ShareTree(reversed(shares_of(TEN)), seed=SEED)
    assert (again.root, again.total) == (TREE.root, sum(TEN))
    order = [TREE.path(commitment(n)).index for n in range(10)]
    assert order != sorted(order)
    other = ShareTree(shares_of(TEN), seed=b"t" * 32)
    assert other.root != TREE.root
    assert [other.path(commitment(n)).index for n in range(10)] != order


def test_the_depth_hides_the_number_of_gifts():
    depths = {len(ShareTree(shares_of([5] * count), seed=SEED).path(commitment(0)).steps) for count in range(1, 17)}
    assert depths == {4}
    assert len(ShareTree(shares_of([5] * 17), seed=SEED).path(commitment(0)).steps) == 5


def test_a_negative_sum_cannot_make_room_for_a_larger_share():
    path = TREE.path(commitment(0))
    first = path.steps[0]
    faulty = replace(path, amount=path.amount + first.sum + 1, steps=(Step(-1, first.hash), *path.steps[1:]))
    assert checked(TREE, faulty, of=commitment(0)) == ["share_amount_wrong"]
    with pytest.raises(Refused, match="1 to"):
        ShareTree([*shares_of(TEN), Share(commitment(99), -5)], seed=SEED)


def test_swapped_children_do_not_prove_another_place():
    path = TREE.path(commitment(3))
    assert checked(TREE, replace(path, index=path.index ^ 1), of=commitment(3)) == ["share_not_in_batch"]
    assert checked(TREE, replace(path, index=path.index + (1 << len(path.steps))), of=commitment(3)) == ["share_place_wrong"]


def test_sums_that_overflow_are_refused():
    with pytest.raises(Refused, match="larger than the book"):
        ShareTree(shares_of([AMOUNT_MINOR_MAX, 1]), seed=SEED)
    path = TREE.path(commitment(1))
    huge = replace(path, steps=tuple(Step(AMOUNT_MINOR_MAX, step.hash) for step in path.steps))
    assert checked(TREE, huge, of=commitment(1)) == ["share_amount_wrong"]
    wrapped = replace(path, amount=path.amount + (1 << 64))
    assert checked(TREE, wrapped, of=commitment(1)) == ["share_amount_wrong"]


def test_another_commitment_root_or_total_is_not_proven():
    path = TREE.path(commitment(2))
    assert checked(TREE, path, of=commitment(4)) == ["share_not_in_batch"]
    assert checked(TREE, path, of=commitment(2), total=TREE.total + 1) == ["share_not_in_batch"]
    assert checked(TREE, path, of=commitment(2), root=commitment(0)) == ["share_not_in_batch"]
    assert checked(TREE, path, of="0" * 63) == ["share_digest_wrong"]


def test_a_node_does_not_pass_as_a_share():
    """The second preimage: a path cut short, whose leaf would be an inner node."""
    path = TREE.path(commitment(0))
    inner = replace(path, index=path.index >> 1, amount=path.amount + path.steps[0].sum, steps=path.steps[1:])
    assert checked(TREE, inner, of=path.steps[0].hash) == ["share_not_in_batch"]


@pytest.mark.parametrize("shares", [[], [Share(commitment(1), 5), Share(commitment(1), 6)], [Share("no digest", 5)]])
def test_what_is_no_batch_is_refused(shares):
    with pytest.raises(Refused):
        ShareTree(shares, seed=SEED)


def test_movements_root_hides_the_order_and_binds_each_line():
    lines = [f"movement-{n}" for n in range(11)]
    assert movements_root(lines, seed=SEED) == movements_root(reversed(lines), seed=SEED)
    assert movements_root(lines, seed=SEED) != movements_root([*lines[:-1], "movement-x"], seed=SEED)
    with pytest.raises(Refused):
        movements_root([*lines, lines[0]], seed=SEED)


def test_reference_needs_key_and_receipt():
    said = share_reference(b"k" * 32, receipt="R1")
    assert said != share_reference(b"k" * 32, receipt="R2") != share_reference(b"j" * 32, receipt="R2")
    with pytest.raises(ValueError, match="32 bytes"):
        share_reference(b"short", receipt="R1")


def test_a_fixed_batch_keeps_its_root():
    """A second implementation compares itself with these."""
    assert TREE.root == "cde0281445b47557975a704c748d5546d6e90de8209fcf9bbc04223c97d25270"
    assert (
        movements_root([f"movement-{n}" for n in range(10)], seed=SEED)
        == "ff010709ecfc0c7649f3366dd01ad594ddf938ad5b9809ac5789020af81c9f15"
    )
