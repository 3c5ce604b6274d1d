"""A mail that came to us, taken apart: who wrote it, to which mail of ours, in their own words. Pure."""

import re
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from html import unescape

from intake.receipts.receipt import NotReadable

_MOST_WORDS, _MOST_ANSWERS, _LONGEST_SENDER = 4000, 20, 254
_STOP = re.compile(r"\bstop[ -]([A-Za-z0-9_-]{64})(?![A-Za-z0-9_-])", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<([^<>@\s]{1,200})@[^<>\s]{1,200}>")
# What a mail program puts before the mail that is answered. Below the first kind all is quoted.
_QUOTED_BELOW = re.compile(
    r"^(?:-+ ?(?:original message|mensaje original) ?-+|_{10,}|(?:from|de): .*@.*)$", re.IGNORECASE | re.M
)
_QUOTED = re.compile(
    r"^(?:>.*|on\b[^\n]{5,120}(?:\n[^\n]{1,120})?wrote:|el\b[^\n]{5,120}(?:\n[^\n]{1,120})?escribió:)$",
    re.IGNORECASE | re.M,
)
_QUOTED_HTML = re.compile(
    r"""<blockquote|<div[^>]*(?:gmail_quote|divRplyFwdMsg|appendonsend|yahoo_quoted)""", re.IGNORECASE
)
_UNSEEN_HTML = re.compile(r"<(style|script|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LINE_HTML = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_MACHINES = ("mailer-daemon@", "postmaster@", "no-reply@", "noreply@")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})


@dataclass(frozen=True, kw_only=True)
class Reply:
    """`words`: the subject and what they wrote, without what they quote. `answers`: left halves of the
    Message-IDs that it answers, nearest first. `automatic`: a machine wrote it (RFC 3834). `stop_token`:
    the stop link's, out of the subject that a mail program wrote for them (RFC 2369), or empty.
    """

    message_id: str
    sender: str
    words: str
    answers: tuple[str, ...] = ()
    automatic: bool = False
    stop_token: str = ""


def read_reply(message: bytes) -> Reply:
    """Raises NotReadable when nobody is named who sent it."""
    mail = message_from_bytes(message)
    sender = parseaddr(_header(mail, "From"))[1]
    if "@" not in sender or len(sender) > _LONGEST_SENDER:
        raise NotReadable("the mail names no sender")
    subject, own = _header(mail, "Subject"), _own_words(mail)
    stop = _STOP.search(subject)
    named = [*reversed(_MESSAGE_ID.findall(_header(mail, "References")))]
    return Reply(
        message_id=_header(mail, "Message-ID").strip(),
        sender=sender,
        words=f"{subject}\n\n{own}".strip().replace("\x00", "")[:_MOST_WORDS],
        answers=tuple([*_MESSAGE_ID.findall(_header(mail, "In-Reply-To")), *named][:_MOST_ANSWERS]),
        automatic=_is_automatic(mail, sender),
        stop_token=stop[1] if stop else "",
    )


def _header(mail: "Message[str, str]", name: str) -> str:
    """The header in plain letters; as it stands when it is badly encoded; empty when it is not there."""
    raw = str(mail.get(name, ""))
    with suppress(ValueError, LookupError, HeaderParseError):
        raw = str(make_header(decode_header(raw)))
    return " ".join(raw.encode(errors="replace").decode().split())


def _is_automatic(mail: "Message[str, str]", sender: str) -> bool:
    return (
        _header(mail, "Auto-Submitted").lower() not in ("", "no")
        or _header(mail, "Precedence").lower() in _BULK
        or _header(mail, "Return-Path") == "<>"
        or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or mail.get_content_type() == "multipart/report"
        or sender.lower().startswith(_MACHINES)
    )


def _own_words(mail: "Message[str, str]") -> str:
    texts = {part.get_content_type(): part for part in reversed(list(mail.walk())) if _is_text(part)}
    if "text/plain" in texts:
        text = _text(texts["text/plain"])
    else:
        text = _plain(_text(texts["text/html"])) if "text/html" in texts else ""
    text = _QUOTED_BELOW.split(text, maxsplit=1)[0]
    return re.sub(r"\n{3,}", "\n\n", _QUOTED.sub("", text)).strip()


def _is_text(part: "Message[str, str]") -> bool:
    return part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"


def _text(part: "Message[str, str]") -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        text = raw.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        text = raw.decode(errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain(html: str) -> str:
    """Enough to read it: what is quoted and unseen goes, ends of lines stay, the rest of the markup goes."""
    own = _UNSEEN_HTML.sub("", _QUOTED_HTML.split(html, maxsplit=1)[0])
    return unescape(_TAG.sub("", _LINE_HTML.sub("\n", own)))
