"""Whose address counts behind a front of ours: for log-in limits, for the gate, and for whether a visit was safe."""

import json
import os
import subprocess
import sys

import pytest
from allauth.account.adapter import get_adapter
from axes.helpers import get_client_ip_address
from django.test import RequestFactory

from awna.kit.http import client_address

VISITOR, FRONT, LIE = "203.0.113.9", "127.0.0.1", "198.51.100.66"


@pytest.mark.parametrize(("proxies", "sent", "seen"), [
    (0, None, FRONT), (0, LIE, FRONT), (1, VISITOR, VISITOR), (1, f"{LIE}, {VISITOR}", VISITOR), (1, None, FRONT),
])  # fmt: skip
def test_everybody_counts_by_the_same_address(settings, proxies, sent, seen):
    settings.AXES_IPWARE_PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=FRONT, **({"HTTP_X_FORWARDED_FOR": sent} if sent else {}))
    assert {client_address(request), get_client_ip_address(request), get_adapter().get_client_ip(request)} == {seen}


@pytest.mark.parametrize(("origin", "proxies", "trusted"), [
    ("https://awna.example.org", "1", True), ("https://awna.example.org", "0", False), ("http://localhost:8000", "1", False),
])  # fmt: skip
def test_only_a_front_of_ours_says_that_a_visit_was_safe(tmp_path, origin, proxies, trusted):
    environment = {**os.environ, "AWNA_DATA_DIR": str(tmp_path), "AWNA_ORIGIN": origin, "AWNA_PROXY_COUNT": proxies}
    code = "import json; from awna import settings as s; print(json.dumps([s.SECURE_PROXY_SSL_HEADER, s.ALLAUTH_TRUSTED_PROXY_COUNT]))"
    said = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True).stdout
    header, count = json.loads(said)
    assert (header is not None, count) == (trusted, int(proxies))
