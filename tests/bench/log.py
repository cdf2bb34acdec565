"""`./awna bench log`: the tree, its proofs, and pymerkle beside them, in one run: targets L6 and L9 of the design."""

import argparse
import hashlib
import os
import sys
import time

from awna.core.log.checkpoint import Checkpoint, key_of_seed, sign_checkpoint
from awna.core.log.nodes import Levels, inclusion_path, root_at
from awna.core.log.proof import InclusionProof, check_proof, proof_text

from ._measure import REPEATS, Clock, Figure, median, missing, ratio, report, us

LEAVES, QUICK_LEAVES = 1_000_000, 5_000
LEAF_BYTES = 600
PROOFS = 2_000
PEER_LEAVES = 100_000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="awna bench log", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few leaves, nothing written: only to see that it runs")
    parser.add_argument("--full", action="store_true", help="as without it")
    parser.add_argument("--leaves", type=int, default=0)
    options = parser.parse_args(arguments)
    leaves = options.leaves or (QUICK_LEAVES if options.quick else LEAVES)
    report(
        "log", measure(leaves), notes=[f"{leaves} leaves of {LEAF_BYTES} bytes, CPU time, median of {REPEATS}."], write=not options.quick
    )
    return 0


def measure(leaves: int) -> list[Figure]:
    seed, clock = os.urandom(32), Clock()
    data = [hashlib.shake_128(n.to_bytes(8)).digest(32) * (LEAF_BYTES // 32) for n in range(leaves)]
    levels: list[Levels] = []
    builds, hashes = [], []
    for _ in range(REPEATS):  # in turns, so that a busy machine slows both
        levels.clear()
        builds.append(clock.of(lambda: levels.append(Levels(data))))
        hashes.append(clock.of(lambda: _hash_calls(data)))
    tree = levels[0]
    build, hashing = median(builds), median(hashes)
    indexes = [(n * 7_919) % leaves for n in range(min(PROOFS, leaves))]
    proving = median([clock.of(lambda: [inclusion_path(tree, index=n, size=leaves) for n in indexes]) for _ in range(REPEATS)]) / len(
        indexes
    )
    note = sign_checkpoint(Checkpoint("awna.example/c/clinic", leaves, root_at(tree, size=leaves)), seed=seed)
    text = proof_text(InclusionProof(indexes[-1], tuple(inclusion_path(tree, index=indexes[-1], size=leaves)), note))
    key = key_of_seed(seed, name="awna.example/c/clinic")
    started = time.monotonic()
    right = check_proof(text, leaf=data[indexes[-1]], key=key) == []
    checking = time.monotonic() - started
    at = f"at {leaves} leaves"
    return [
        ratio(f"L6 building the tree against its hash calls alone, {at}", build / hashing, most=1.5, note=f"{build:.2f} s"),
        Figure(f"L6 one proof {at}", us(proving), "<= 25 us", proving * 1e6 <= 25),
        _against_pymerkle(data[:PEER_LEAVES], clock),
        Figure(f"L9 a donor's proof {at}", f"{len(text.encode())} bytes", "<= 3072 bytes", len(text.encode()) <= 3072 and right),
        Figure("L9 checking it with its signature", f"{checking * 1e3:.2f} ms", "< 50 ms", checking < 0.05 and right),
    ]


def _hash_calls(data: list[bytes]) -> None:
    """As many calls of SHA-256 as a tree needs, and nothing else."""
    sha256, pair = hashlib.sha256, bytes(65)
    for leaf in data:
        sha256(b"\x00" + leaf).digest()
    for _ in range(len(data) - 1):
        sha256(pair).digest()


def _against_pymerkle(data: list[bytes], clock: Clock) -> Figure:
    """Building the whole tree: pymerkle hashes its nodes when it is asked for the root."""
    name = f"L6 building beside pymerkle, at {len(data)} leaves"
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        return missing(name, "pymerkle is not installed", target=">= 5 x")

    def theirs() -> None:
        tree = InmemoryTree(algorithm="sha256")
        for leaf in data:
            tree.append_entry(leaf)
        tree.get_root()

    other, ours = [], []
    for _ in range(REPEATS):
        other.append(clock.of(theirs))
        ours.append(clock.of(lambda: root_at(Levels(data), size=len(data))))
    return ratio(
        name, median(other) / median(ours), least=5, note=f"{us(median(other) / len(data))} and {us(median(ours) / len(data))} a leaf"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
