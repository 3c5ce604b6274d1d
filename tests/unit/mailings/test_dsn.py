"""Mails that came back: which of ours it was, and whether the address is dead or only the mail refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.receipts.dsn import read_dsn
from intake.receipts.receipt import ReceiptKind
from intake.rules.mail_status import is_dead_recipient

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
OURS = "0f3c2a7e-1111-4222-8333-444455556666@desk.example"
WHOLE = f"--x\nContent-Type: message/rfc822\n\nMessage-ID: <{OURS}>\nSubject: Your guide\n\nHello\n"
HEADERS = f"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{OURS}>\nSubject: Your guide\n\n"


def report(*recipients: str, original: str = WHOLE) -> bytes:
    told = "\n".join(f"Final-Recipient: rfc822; ada@family.example\n{fields}\n" for fields in recipients)
    return (
        "From: MAILER-DAEMON@mx.example\nMessage-ID: <back@mx.example>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        "--x\nContent-Type: text/plain\n\nIt could not be delivered.\n"
        f"--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{told}\n"
        f"{original}--x--\n"
    ).encode()


@pytest.mark.parametrize("original", [WHOLE, HEADERS])
def test_mail_that_came_back_is_known_by_our_message_id(original: str) -> None:
    (bounce,) = read_dsn(report("Action: failed\nStatus: 5.1.1", original=original), NOW)
    assert (bounce.kind, bounce.message_id, bounce.permanent) == (ReceiptKind.BOUNCE, OURS, True)
    assert (bounce.provider_id, bounce.detail, bounce.at) == (OURS.partition("@")[0], "5.1.1", NOW)


def test_nobody_is_named_so_that_a_forged_report_silences_nobody_else() -> None:
    assert read_dsn(report("Action: failed\nStatus: 5.1.1"), NOW)[0].recipient == ""


@pytest.mark.parametrize("status", ["4.4.7", "5.7.1", "5.2.2", "5.1.8", "", "5.7.1 (5.1.1 is not meant)"])
def test_address_is_not_dead_when_only_the_mail_was_refused(status: str) -> None:
    (bounce,) = read_dsn(report(f"Action: failed\nStatus: {status}"), NOW)
    assert not bounce.permanent


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_did_not_fail_is_no_bounce(action: str) -> None:
    assert read_dsn(report(f"Action: {action}\nStatus: 5.1.1"), NOW) == []


def test_each_address_that_failed_has_a_receipt_of_its_own() -> None:
    found = read_dsn(report("Action: failed\nStatus: 5.1.1", "Action: failed\nStatus: 5.2.1"), NOW)
    assert [one.detail for one in found] == ["5.1.1", "5.2.1"]
    assert len({one.event_id for one in found}) == 2


@pytest.mark.parametrize(
    "mail",
    [
        b"From: ada@family.example\nSubject: Hello\n\nThank you",
        report("Action: failed\nStatus: 5.1.1", original=""),
        report("Action: failed\nStatus: 5.1.1", original=WHOLE.replace(f"Message-ID: <{OURS}>\n", "")),
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n",
    ],
)
def test_mail_that_names_no_mail_of_ours_is_no_bounce(mail: bytes) -> None:
    assert read_dsn(mail, NOW) == []


@given(st.binary(max_size=300))
def test_any_bytes_are_read(noise: bytes) -> None:
    whole = report("Action: failed\nStatus: 5.1.1")
    assert read_dsn(whole.replace(b"Action", noise), NOW) is not None
    assert read_dsn(b"Content-Type: multipart/report; boundary=x\n\n" + noise, NOW) == []


@pytest.mark.parametrize(
    ("code", "status", "dead"),
    [(550, "", True), (551, "", True), (550, "5.1.1", True), (550, "5.7.1", False), (552, "", False)],
)
def test_refusal_at_rcpt_is_about_the_address_unless_it_says_otherwise(
    code: int, status: str, dead: bool
) -> None:
    assert is_dead_recipient(code, status) is dead
