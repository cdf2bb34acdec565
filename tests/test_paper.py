"""`awna-paper`: keys made and used offline, judged by the library that the site uses."""

import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from awna import paper
from awna.core.consent import paper as core_paper
from awna.core.consent import quorum, signatures
from awna.core.consent.policy import PAPER, StewardKey
from awna.core.problems import Refused

SEED = bytes(range(32))
DIGEST, NONCE = "ab" * 32, bytes(range(100, 132))
REQUEST = paper.Request("approve", DIGEST, NONCE, "clinic.example")


def test_its_signatures_are_those_of_the_library() -> None:
    for _ in range(20):
        seed, message = secrets.token_bytes(32), secrets.token_bytes(secrets.randbelow(200))
        key = Ed25519PrivateKey.from_private_bytes(seed)
        assert paper.public_of(seed) == key.public_key().public_bytes_raw()
        assert paper.sign(seed, message) == key.sign(message)


def test_the_first_vector_of_the_standard() -> None:
    """RFC 8032, 7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert paper.public_of(seed).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert paper.sign(seed, b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")


def test_an_answer_counts_as_the_steward_s_yes() -> None:
    answer = core_paper.read_answer(paper.write_answer(paper.answer_request(SEED, REQUEST)))
    key = StewardKey("salma", PAPER, paper.public_of(SEED))
    assert (answer.digest_start, answer.key_start, answer.nonce) == (DIGEST[:16], key.id[:16], NONCE)
    Ed25519PublicKey.from_public_bytes(key.public).verify(
        answer.signature, signatures.PAPER_PREFIX + signatures.approval_challenge(DIGEST, nonce=NONCE)
    )


def test_an_answer_to_one_question_fits_no_other() -> None:
    asked = {
        paper.challenge_of(REQUEST),
        paper.challenge_of(paper.Request("found", DIGEST, NONCE)),
        paper.challenge_of(paper.Request("approve", "cd" * 32, NONCE)),
        paper.challenge_of(paper.Request("approve", DIGEST, bytes(32))),
    }
    assert len(asked) == 4


def test_words_are_those_of_the_pages() -> None:
    assert paper.word_code(DIGEST) == quorum.word_code(DIGEST)
    key = StewardKey("salma", PAPER, paper.public_of(SEED))
    assert paper.fingerprint(key.public) == key.id


def test_a_seed_is_read_as_a_hand_writes_it() -> None:
    groups = paper.write_seed(SEED)
    assert len(groups.split()) == 14
    assert paper.read_seed(groups.lower().replace(" ", "-").replace("o", "0").replace("b", "8")) == SEED


def test_every_wrong_sign_of_a_seed_is_found() -> None:
    plain = paper.write_seed(SEED).replace(" ", "")
    for at in range(len(plain)):
        other = "A" if plain[at] != "A" else "C"
        with pytest.raises(paper.Wrong):
            paper.read_seed(plain[:at] + other + plain[at + 1 :])


@pytest.mark.parametrize("text", ["", "AWNA1", "awna:approve?d=12&n=34", f"awna:approve?d={DIGEST}"])
def test_what_is_no_request_says_so(text: str) -> None:
    with pytest.raises(paper.Wrong, match="not the request"):
        paper.read_request(text)


def test_the_site_reads_what_the_tool_writes_and_the_other_way_round() -> None:
    said = paper.answer_request(SEED, REQUEST)
    same = core_paper.Answer(said.digest_start, said.key_start, said.nonce, said.signature)
    assert core_paper.write_answer(same) == paper.write_answer(said)
    assert core_paper.write_seed(SEED) == paper.write_seed(SEED)
    assert core_paper.read_seed(paper.write_seed(SEED)) == SEED
    assert paper.read_request(paper.write_request(REQUEST)) == REQUEST


def test_a_slip_in_an_answer_is_found_by_the_site() -> None:
    text = paper.write_answer(paper.answer_request(SEED, REQUEST))
    at = text.index(" ", 30) + 3
    wrong = text[:at] + ("A" if text[at] != "A" else "C") + text[at + 1 :]
    with pytest.raises(Refused):
        core_paper.read_answer(wrong)


def test_the_file_runs_alone_on_a_device_without_the_product(tmp_path: Path) -> None:
    shutil.copy(paper.__file__, tmp_path / "paper.py")

    def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "paper.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, input=typed, capture_output=True, text=True, timeout=60)

    made = run("new")
    seed = paper.read_seed(next(line for line in made.stdout.splitlines() if len(line.split()) == 14 and line.startswith("   ")))
    assert paper.write_public(paper.public_of(seed)) in made.stdout
    shown = run("show", typed=paper.write_seed(seed))
    assert paper.word_code(paper.fingerprint(paper.public_of(seed))) in shown.stdout
    assert paper.write_seed(seed) not in shown.stdout
    signed = run("sign", typed=f"{paper.write_request(REQUEST)}\nyes\n{paper.write_seed(seed)}\n")
    assert paper.word_code(DIGEST) in signed.stdout
    assert paper.write_answer(paper.answer_request(seed, REQUEST)) in signed.stdout
    refused = run("sign", paper.write_request(REQUEST), typed="no\n")
    assert (refused.returncode, "AWNA1" in refused.stdout) == (1, False)
    wrong = run("show", typed="AAAA")
    assert (wrong.returncode, wrong.stderr.count("Traceback")) == (1, 0)
