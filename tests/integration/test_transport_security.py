"""SmtpTransport and what protects it: STARTTLS, TLS from the first byte, and signing in."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration.test_transport import FAMILY, MESSAGE, SENDER, Sink, free_port
from workers.mailings.transport import MailDelayed, Phase, SmtpTransport

# The server of these tests forgets its side of a TLS connection: its own first one, and any that failed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    local = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(local, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@contextmanager
def serving(sink: Sink, **how: Any) -> Iterator[int]:
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **how)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def transport(port: int, security: str, **sign_in: Any) -> SmtpTransport:
    return SmtpTransport(host="127.0.0.1", port=port, security=security, timeout=5.0, **sign_in)


@pytest.mark.usefixtures("trusted")
def test_the_mail_travels_encrypted_when_the_server_offers_starttls(certificate: Path) -> None:
    sink = Sink()
    with serving(sink, tls_context=server_context(certificate), require_starttls=True) as port:
        one = transport(port, "starttls")
        one.send(SENDER, FAMILY, MESSAGE)
        one.send(SENDER, FAMILY, MESSAGE)
    assert sink.taken == [MESSAGE, MESSAGE]
    assert len(sink.peers) == 1


@pytest.mark.usefixtures("trusted")
def test_the_mail_travels_encrypted_from_the_first_byte(certificate: Path) -> None:
    sink = Sink()
    with serving(sink, ssl_context=server_context(certificate)) as port:
        one = transport(port, "tls")
        one.send(SENDER, FAMILY, MESSAGE)
        one.close()
    assert sink.taken == [MESSAGE]


@pytest.mark.parametrize(
    ("security", "how"), [("starttls", "tls_context"), ("tls", "ssl_context")], ids=["starttls", "tls"]
)
def test_nothing_is_sent_when_the_certificate_is_not_trusted(
    certificate: Path, security: str, how: str
) -> None:
    sink = Sink()
    with serving(sink, **{how: server_context(certificate)}) as port, pytest.raises(MailDelayed) as caught:
        transport(port, security).send(SENDER, FAMILY, MESSAGE)
    assert caught.value.phase is Phase.CONNECT
    assert "SSLCertVerificationError" in str(caught.value)
    assert sink.taken == []


def test_nothing_is_sent_in_clear_when_starttls_was_wanted_and_is_not_offered() -> None:
    sink = Sink()
    with serving(sink) as port, pytest.raises(MailDelayed) as caught:
        transport(port, "starttls").send(SENDER, FAMILY, MESSAGE)
    assert caught.value.phase is Phase.CONNECT
    assert sink.taken == []


def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword) -> AuthResult:
    return AuthResult(success=given == LoginPassword(b"desk", b"right"), handled=False)


# The server warns about passwords in clear; here they never leave the machine.
IN_CLEAR = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SIGN_IN = {"authenticator": check, "auth_required": True, "auth_require_tls": False}


@IN_CLEAR
def test_the_mail_is_taken_when_the_password_is_right() -> None:
    sink = Sink()
    with serving(sink, **SIGN_IN) as port:
        transport(port, "none", user="desk", password="right").send(SENDER, FAMILY, MESSAGE)
    assert sink.taken == [MESSAGE]


@IN_CLEAR
@pytest.mark.parametrize("sign_in", [{"user": "desk", "password": "wrong"}, {}], ids=["wrong", "none"])
def test_the_mail_waits_when_it_is_the_sign_in_that_failed(sign_in: dict[str, str]) -> None:
    """A wrong setting must not mark a family's address as dead."""
    sink = Sink()
    with serving(sink, **SIGN_IN) as port, pytest.raises(MailDelayed):
        transport(port, "none", **sign_in).send(SENDER, FAMILY, MESSAGE)
    assert sink.taken == []


def test_the_password_does_not_show_in_a_log() -> None:
    assert "right" not in repr(transport(25, "none", user="desk", password="right"))
