"""What families answer, taken apart: their own words, which mail it was, and whether a machine wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.receipts.receipt import NotReadable
from intake.receipts.reply import read_reply
from intake.rules.stop_words import says_stop

FROM = "From: Ada Example <ada@family.example>\n"
TOKEN = "Ab-_" * 16


def own_words(body: str, *, kind: str = "text/plain") -> str:
    mail = f"{FROM}Subject: Re: Hello\nContent-Type: {kind}; charset=utf-8\n\n{body}".encode()
    return read_reply(mail).words.removeprefix("Re: Hello").strip()


@pytest.mark.parametrize(
    "body",
    [
        "Please stop.\n\nOn Tue, Nov 24, 2026 at 9:00 AM Desk <desk@help.example> wrote:\n> Stop these mails",
        "Please stop.\n\nOn Tue, Nov 24, 2026, Desk\n<desk@help.example> wrote:\n\n> How are things?",
        "> How are things?\n> Stop these mails\n\nPlease stop.",
        "Please stop.\n-----Original Message-----\nHow are things?",
        "Please stop.\n________________________________\nFrom: Desk <desk@help.example>\nHow are things?",
        "Please stop.\n\nFrom: Desk <desk@help.example>\nSent: Tuesday\nHow are things?",
        "Please stop.\n\nEl mar, 24 nov 2026 a las 9:00, Desk <desk@help.example> escribió:\n> ¿Cómo está?",
    ],
)
def test_only_what_they_wrote_is_kept(body: str) -> None:
    assert own_words(body) == "Please stop."
    assert own_words(body.replace("\n", "\r\n")) == "Please stop."


@pytest.mark.parametrize(
    "body",
    [
        "<head><style>p {}</style></head><p>Please&nbsp;stop.</p><blockquote>Stop these mails</blockquote>",
        '<div>Please stop.</div><div class="gmail_quote">How are things?</div>',
        'Please stop.<br><div id="divRplyFwdMsg">From: Desk</div>How are things?',
    ],
)
def test_words_are_read_out_of_a_mail_that_has_only_html(body: str) -> None:
    assert own_words(body, kind="text/html").replace("\xa0", " ") == "Please stop."


def test_plain_words_win_over_html_and_what_is_attached_is_not_read() -> None:
    parts = (
        "--x\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
        "Gracias, Jos=E9\n--x\nContent-Type: text/html\n\n<p>other</p>\n"
        "--x\nContent-Type: text/plain\nContent-Disposition: attachment\n\nattached\n--x--\n"
    )
    mail = f"{FROM}Content-Type: multipart/mixed; boundary=x\n\n{parts}".encode()
    assert read_reply(mail).words == "Gracias, José"


def test_mail_that_is_answered_is_found_nearest_first() -> None:
    mail = (
        f"{FROM}In-Reply-To: <c@help.example>\nReferences: <a@help.example> <b@help.example>\n\nHi".encode()
    )
    assert read_reply(mail).answers == ("c", "b", "a")


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "Return-Path: <>",
        "X-Autoreply: yes",
        "List-Id: <help.example>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    ],
)
def test_machines_are_known_by_their_headers(header: str) -> None:
    assert read_reply(f"{FROM}{header}\n\nI am away".encode()).automatic
    assert not read_reply(f"{FROM}Auto-Submitted: no\n\nHello".encode()).automatic
    assert read_reply(b"From: MAILER-DAEMON@family.example\n\nNo such user").automatic


@pytest.mark.parametrize(
    ("subject", "token"),
    [
        (f"stop {TOKEN}", TOKEN),
        (f"=?utf-8?q?stop_{TOKEN.replace('_', '=5F')}?=", TOKEN),
        (f"stop {TOKEN}x", ""),
        ("stop it", ""),
        ("", ""),
    ],
)
def test_stop_link_is_read_out_of_the_subject_of_a_mail_program(subject: str, token: str) -> None:
    assert read_reply(f"{FROM}Subject: {subject}\n\n".encode()).stop_token == token


@pytest.mark.parametrize(
    "head", ["", "Subject: stop\n", "From: somebody\n", f"From: {'a' * 300}@family.example\n"]
)
def test_mail_without_a_sender_is_refused(head: str) -> None:
    with pytest.raises(NotReadable):
        read_reply(f"{head}\nstop".encode())


@given(st.binary(max_size=300), st.sampled_from(["Subject", "Message-ID", "References", "Content-Type"]))
def test_whatever_comes_is_read_or_refused(noise: bytes, header: str) -> None:
    for mail in (noise, f"{FROM}{header}: ".encode() + noise, FROM.encode() + b"\n" + noise):
        try:
            read_reply(mail).words.encode()
        except NotReadable:
            continue


@pytest.mark.parametrize(
    "words",
    [
        "STOP",
        "Please stop.",
        "Don’t email me again",
        "take me\noff your list",
        "No me  escriban más",
        "unsubscribe",
    ],
)
def test_stop_is_heard_in_many_words(words: str) -> None:
    assert says_stop(words)


@pytest.mark.parametrize(
    "words", ["", "Thank you, the guide helped", "The nonstop flight", "We stopped by", "apareció"]
)
def test_other_words_are_no_stop(words: str) -> None:
    assert not says_stop(words)
