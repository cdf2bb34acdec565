"""`awna testmail` against a real server: each wrong setting has its own words, and the code proves that mail arrives."""

import datetime
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.utils import timezone

from awna.kit.models import MailProof
from awna.kit.outbox.proof import TESTS_PER_HOUR_MAX, proven_at

from .server import Post, mail_server

pytestmark = pytest.mark.django_db
KARIM = "karim@example.org"


def tell(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    """What the command said, and what it refused."""
    try:
        call_command("testmail", *(arguments or (KARIM,)))
    except SystemExit as ended:
        assert ended.code == 1
    said = capsys.readouterr()
    return said.out, said.err


def code_of(post: Post) -> str:
    text = post.messages[-1].get_payload()
    return text.split("Your code: ")[1][:6]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """One that nobody has signed but itself."""
    key, folder = ec.generate_private_key(ec.SECP256R1()), tmp_path_factory.mktemp("tls")
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]), datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = built.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=2)).sign(key, hashes.SHA256())
    pem = Path(folder / "both.pem")
    pem.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_the_code_proves_that_mail_arrives(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server(settings, login=True) as post:
        assert "type: awna testmail --code CODE" in tell(capsys)[0]
        code = code_of(post)
        wrong = "000000" if code != "000000" else "111111"
        assert "That is not the code" in tell(capsys, "--code", wrong)[1]
        assert proven_at() is None
        assert "Proven: mail arrives" in tell(capsys, "--code", code)[0]
        assert proven_at()
        assert "No test mail waits" in tell(capsys, "--code", code)[1]
        settings.DEFAULT_FROM_EMAIL = "other@example.org"
        assert proven_at() is None  # other settings are proven anew


def test_a_code_of_other_settings_proves_nothing(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server(settings) as post:
        tell(capsys)
        settings.EMAIL_HOST = "localhost"
        assert "settings changed after this mail was sent" in tell(capsys, "--code", code_of(post))[1]


def test_each_wrong_setting_is_named(settings: Any, capsys: pytest.CaptureFixture[str], certificate: ssl.SSLContext) -> None:
    def said(change: str, **wrong: Any) -> str:
        for name, value in wrong.items():
            setattr(settings, name, value)
        text = tell(capsys)[1]
        assert f"Look at: {change}" in text, text
        return text

    with mail_server(settings, login=True):
        assert "does not take the user name and password" in said("AWNA_EMAIL_USER", EMAIL_HOST_PASSWORD="wrong")
    with mail_server(settings):
        assert "takes no log-in on this connection" in said("AWNA_EMAIL_TLS")
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with mail_server(settings) as post:
        assert "does not offer STARTTLS" in said("AWNA_EMAIL_TLS", EMAIL_USE_TLS=True)
        assert "does not speak encryption at once" in said("AWNA_EMAIL_TLS, AWNA_EMAIL_SSL", EMAIL_USE_TLS=False, EMAIL_USE_SSL=True)
        settings.EMAIL_USE_SSL, post.at_sender = False, "553 5.7.1 Not your domain"
        assert "refuses the sender awna@localhost: 553 5.7.1 Not your domain" in said("AWNA_EMAIL_FROM")
    MailProof.objects.all().delete()
    with mail_server(settings, tls=certificate, implicit=True):
        assert "certificate of the mail server 127.0.0.1 is not good" in said("AWNA_EMAIL_HOST")
    with mail_server(settings, tls=certificate):
        assert "certificate of the mail server 127.0.0.1 is not good" in said("AWNA_EMAIL_HOST")
    settings.EMAIL_USE_TLS = False
    assert "takes no connection on port 1" in said("AWNA_EMAIL_HOST", EMAIL_PORT=1)
    assert "There is no server of the name mail.invalid" in said("AWNA_EMAIL_HOST", EMAIL_HOST="mail.invalid")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert "Mail is not sent but kept in" in said("AWNA_EMAIL_BACKEND")


def test_implicit_encryption_works_with_a_certificate_that_is_trusted(
    settings: Any, capsys: pytest.CaptureFixture[str], certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl._create_unverified_context()  # what counts here is the conversation; the check above is that of the certificate
    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.ssl_context", trusting)
    for implicit in (True, False):
        with mail_server(settings, tls=certificate, implicit=implicit, login=True) as post:
            assert "took the mail" in tell(capsys)[0]
            assert len(post.came) == 1


def test_refused_address_and_broken_one(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server(settings) as post:
        post.at_address[KARIM] = "550 5.1.1 No such user"
        assert "knows no such address (550): 5.1.1 No such user" in tell(capsys)[1]
        assert "holds a line break" in tell(capsys, "a@example.org\nBcc: eve@example.org")[1]
    assert "Name the address" in tell(capsys, "--json")[1]


def test_nobody_floods_a_mailbox_with_tests(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(TESTS_PER_HOUR_MAX):
        MailProof.objects.create(settings_digest="x", mailed_at=timezone.now())
    assert "Wait an hour" in tell(capsys)[1]
