"""The front server of deploy/, with nothing changed but its ports and its certificate."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from intake import machine
from intake.children import Child
from intake.config import ROOT
from tests.chaos.system import System

MAIN = """
{user} daemon off; error_log stderr; pid {home}/nginx.pid;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    include {home}/site.conf;
}}
"""


@contextmanager
def front(running: System) -> Iterator[int]:
    """nginx before the web; the port where it speaks TLS. FileNotFoundError where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise FileNotFoundError(
            "This experiment is about nginx, and it is not installed: install nginx-light"
        )
    home = running.home.parent / "front"
    home.mkdir()
    user = "" if os.geteuid() else "user root;"  # else it may not enter this folder
    port = machine.free_port()
    (home / "site.conf").write_text(_site(home, port, running.port))
    (home / "nginx.conf").write_text(MAIN.format(home=home, user=user))
    command = [program, "-p", str(home), "-c", str(home / "nginx.conf"), "-e", "stderr"]
    running.supervisor.start(
        Child("front", command, running.supervisor.log_of("front"), ready=lambda: _answers(port))
    )
    yield port


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _site(home: Path, port: int, web: int) -> str:
    certificate, key = _certificate(home)
    changes = {
        "listen 80;": f"listen 127.0.0.1:{machine.free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/run/secrets/tls_certificate": str(certificate),
        "/run/secrets/tls_key": str(key),
        "${PUBLIC_HOST}": "localhost",
        "${WEB}": f"127.0.0.1:{web}",
    }
    site = (ROOT / "deploy" / "nginx.conf.template").read_text()
    for theirs, ours in changes.items():
        assert theirs in site, f"deploy/nginx.conf.template no longer says {theirs}"
        site = site.replace(theirs, ours)
    return site


def _certificate(home: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = home / "certificate.pem", home / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths
