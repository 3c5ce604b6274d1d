"""Every signature, checked by an independent verifier."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim
import pytest
from click.testing import CliRunner

from intake.cli.dkim import command
from intake.errors import ConfigError
from intake.mails.compose import compose
from intake.mails.dkim import Signer, dns_record, load_signer, new_key
from intake.rules.series import SERIES
from tests.unit.mailings.samples import Desk, mail

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    path.write_bytes(new_key())
    return load_signer(path, selector="s2026", domain="help.example")


def verified(signer: Signer, message: bytes) -> bool:
    record = "".join(re.findall(r'"([^"]*)"', dns_record(signer)))

    def answer(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"s2026._domainkey.help.example."
        return record.encode()

    return bool(dkim.verify(message, dnsfunc=answer))


@pytest.mark.parametrize("step", [step.name for step in SERIES.steps])
def test_signature_of_every_mail_is_good(signer: Signer, step: str) -> None:
    plain = compose(mail(step), Desk(sender_name="Ayuda José Núñez " * 8))
    signed = signer.sign(plain, at=NOW)
    assert signed.endswith(plain)
    assert verified(signer, signed)


def test_both_lines_of_one_click_are_under_the_signature(signer: Signer) -> None:
    signed = signer.sign(compose(mail(), Desk()), at=NOW)
    names = re.search(rb" h=([a-z:-]+);", signed)
    assert names
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names[1].split(b":"))
    assert all(len(line) < 998 for line in signed.split(b"\r\n"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"List-Unsubscribe: <https://help.example", b"List-Unsubscribe: <https://evil.example"),
        (b"Subject: Your guide", b"Subject: Our guide"),
        (b"From: ", b"From: other@evil.example\r\nFrom: "),
        (b"Hello Ann,", b"Hello Bob,"),
    ],
)
def test_signature_is_broken_when_the_mail_is_changed(signer: Signer, old: bytes, new: bytes) -> None:
    signed = signer.sign(compose(mail(), Desk()), at=NOW)
    assert signed.count(old) >= 1
    assert not verified(signer, signed.replace(old, new, 1))


@pytest.mark.parametrize("body", [b"", b"a", b"a\r\n", b"a\r\n\r\n\r\n", b"\r\n"])
@pytest.mark.parametrize("subject", [b"x", b" two  blanks\t", b"folded\r\n  here", b""])
def test_signature_is_good_whatever_the_shape_of_the_mail(
    signer: Signer, body: bytes, subject: bytes
) -> None:
    message = b"From: a@help.example\r\nSubject:" + subject + b"\r\nTo: <b@c.example>\r\n\r\n" + body
    assert verified(signer, signer.sign(message, at=NOW))


@pytest.mark.parametrize(
    "text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n"]
)
def test_file_without_a_key_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.pem").write_text(text)
    with pytest.raises(ConfigError, match=r"key\.pem holds no readable private key"):
        load_signer(tmp_path / "key.pem", selector="s", domain="help.example")


def test_short_key_and_a_selector_that_dns_cannot_hold_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.pem"
    monkeypatch.setattr("intake.mails.dkim.KEY_BITS", 1024)
    path.write_bytes(new_key())
    monkeypatch.undo()
    with pytest.raises(ConfigError, match="2048 bits"):
        load_signer(path, selector="s", domain="help.example")
    with pytest.raises(ConfigError, match="DKIM_SELECTOR"):
        load_signer(path, selector="a b", domain="help.example")


@pytest.fixture
def advocate(environment: dict[str, str]) -> Any:
    return lambda *arguments: CliRunner().invoke(command, [*map(str, arguments)])


def test_command_makes_a_key_for_its_owner_alone_and_never_over_another(
    advocate: Any, tmp_path: Path
) -> None:
    path = tmp_path / "key.pem"
    made = advocate("make", path, "--selector", "s2026")
    assert made.exit_code == 0, made.output
    assert path.stat().st_mode & 0o777 == 0o600
    assert made.output.startswith('s2026._domainkey.sample.example. IN TXT ( "v=DKIM1; k=rsa; p=')
    assert advocate("record", path, "--selector", "s2026").output.splitlines()[0] in made.output
    before = path.read_bytes()
    again = advocate("make", path)
    assert "exists already" in str(again.exception)
    assert path.read_bytes() == before
