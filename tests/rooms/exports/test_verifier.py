"""The verifier is served as it is installed, with the digest that people compare."""

import hashlib
from pathlib import Path

from django.urls import reverse

from awna import verify


def test_the_verifier_and_its_digest_have_a_stable_address(client, db):
    assert reverse("verifier") == "/verify.py"
    assert reverse("verifier_digest") == "/verify.py.sha256"
    served = client.get("/verify.py").content
    assert served == Path(verify.__file__).read_bytes()
    assert client.get("/verify.py.sha256").content.decode() == f"{hashlib.sha256(served).hexdigest()}  awna-verify.py\n"
