"""From what a mailing is about to the bytes that go over the wire. Reads templates/mail, nothing else."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import MIMEPart
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from intake.errors import PermanentError
from workers.mailings.series import Step

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
_URL = re.compile(r"https?://[!#-;=?-~]{1,900}")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[A-Za-z0-9.-]+>")
_NAME = re.compile(r"[^\W\d_]+(?:[ '’.\-]{1,2}[^\W\d_]+)*\.?")
_LOOKS_LIKE_A_LINK = re.compile(r"\.\S|www", re.IGNORECASE)
_LONGEST_NAME = 40


class Sender(Protocol):
    """What a mail says about the organisation; intake.organisation.Organisation has it all."""

    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def phone_e164(self) -> str: ...
    @property
    def sender_name(self) -> str: ...
    @property
    def sender_address(self) -> str: ...
    @property
    def reply_to(self) -> str: ...
    @property
    def postal_address(self) -> str: ...
    @property
    def sample(self) -> bool: ...


@dataclass(frozen=True)
class Attachment:
    """A PDF. Its name is seen on a locked phone: never a word of the illness in it."""

    filename: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class MailContent:
    """One mail to one person. The illness is in none of these but the attachments.

    for_another: the reader wrote for someone else. message_id: with its angle brackets, the same for
    every try. date: aware. unsubscribe_url: shows a page on GET and stops on POST.
    """

    step: Step
    recipient: str
    first_name: str
    for_another: bool
    status_url: str
    unsubscribe_url: str
    message_id: str
    date: datetime
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """What the reader sees, for sending and for a preview."""

    subject: str
    html: str
    text: str


class _WholeLines(EmailPolicy):
    """The stock policy, but a List-* header stays one plain line: folded or encoded, one-click breaks."""

    def fold(self, name: str, value: str) -> str:
        return _one_line(name, value) if name.lower().startswith("list-") else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


def _one_line(name: str, value: str) -> str:
    return f"{name}: {value}\r\n"


_POLICY = _WholeLines(linesep="\r\n")


def compose(content: MailContent, organisation: Sender) -> bytes:
    """The whole mail, ready for SMTP: the same content gives the same bytes.

    Raises PermanentError when the law or the reader would be let down: no postal address, no way
    to unsubscribe, a line break inside a header, an address that plain SMTP cannot carry.
    """
    rendered = render(content, organisation)
    message: MIMEPart = MIMEPart(policy=_POLICY)
    for name, value in _headers(content, organisation):
        message[name] = value
    mark = f"=_{hashlib.sha256(content.message_id.encode()).hexdigest()[:24]}"
    message.make_mixed()
    message.set_boundary(mark)
    message.attach(_body(rendered, f"{mark}_body"))
    return _with_attachments(message.as_bytes(), mark.encode(), content.attachments)


def render(content: MailContent, organisation: Sender) -> Rendered:
    """Subject, HTML and text of a mail. Raises PermanentError as `compose` does."""
    _require(content, organisation)
    facts = _facts(content, organisation)
    page = _templates().get_template(f"{content.step.template}.html").render(facts, style=_style())
    text = _templates().get_template(f"{content.step.template}.txt").render(facts)
    return Rendered(content.step.subject, _inliner().inline(page), _tidy(text))


def message_id(token: str, organisation: Sender) -> str:
    """A Message-ID in the sender's domain; `token` is unique and says nothing about the family."""
    return f"<{token}@{organisation.sender_address.rpartition('@')[2]}>"


def _require(content: MailContent, organisation: Sender) -> None:
    if not organisation.postal_address.strip():
        raise PermanentError("the organisation has no postal address; no mail may leave without one")
    for name, url in (("unsubscribe", content.unsubscribe_url), ("status", content.status_url)):
        if not _URL.fullmatch(url):
            raise PermanentError(f"the {name} URL of {_safe_id(content)} is missing or cannot be written")
    if not _MESSAGE_ID.fullmatch(content.message_id):
        raise PermanentError("the Message-ID must look like <token@domain>")


def _safe_id(content: MailContent) -> str:
    return content.message_id if _MESSAGE_ID.fullmatch(content.message_id) else "a mail without Message-ID"


def _headers(content: MailContent, organisation: Sender) -> list[tuple[str, str | Address]]:
    headers: list[tuple[str, str | Address]] = [
        ("From", _address(organisation.sender_address, organisation.sender_name)),
        ("To", _address(content.recipient)),
        ("Subject", content.step.subject),
        ("Date", format_datetime(content.date)),
        ("Message-ID", content.message_id),
        ("List-Unsubscribe", f"<{content.unsubscribe_url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    ]
    if organisation.reply_to != organisation.sender_address:
        headers.append(("Reply-To", _address(organisation.reply_to)))
    for name, value in headers:
        _refuse_control(name, str(value))
    return headers


def _refuse_control(name: str, value: str) -> None:
    if any(ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" for letter in value):
        raise PermanentError(f"the header {name} holds a line break or control character")


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    _refuse_control("address", address + name)
    try:
        host = domain.encode("idna").decode("ascii")
        return Address(display_name=name, addr_spec=f"{local.encode('ascii').decode()}@{host}")
    except (ValueError, IndexError) as wrong:
        raise PermanentError("an address of this mail cannot be written; correct it by phone") from wrong


def _facts(content: MailContent, organisation: Sender) -> dict[str, object]:
    return {
        "subject": content.step.subject,
        "preheader": content.step.preheader,
        "first_name": _greeting_name(content.first_name),
        "for_another": content.for_another,
        "status_url": content.status_url,
        "unsubscribe_url": content.unsubscribe_url,
        "organisation": organisation.name,
        "phone": organisation.phone,
        "phone_e164": organisation.phone_e164,
        "postal_address": organisation.postal_address.strip(),
        "sample": organisation.sample,
    }


def _greeting_name(typed: str) -> str:
    """The name when it reads like one. Anyone may type anything beside a stranger's address, and
    mail programs turn "win.example" into a link."""
    name = " ".join(typed.split())
    plain = len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) and not _LOOKS_LIKE_A_LINK.search(name)
    return name if plain else ""


def _body(rendered: Rendered, boundary: str) -> MIMEPart:
    body: MIMEPart = MIMEPart(policy=SMTP)
    body.set_content(rendered.text, subtype="plain", cte="quoted-printable")
    body.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    body.set_boundary(boundary)
    return body


def _with_attachments(mail: bytes, mark: bytes, attachments: tuple[Attachment, ...]) -> bytes:
    """Put the parts before the closing boundary: writing a PDF anew for each family takes 3 ms, this 0.1."""
    closing = b"\r\n--" + mark + b"--\r\n"
    if not attachments:
        return mail
    parts = (b"\r\n--" + mark + b"\r\n" + _attached(attachment) for attachment in attachments)
    return mail.removesuffix(closing) + b"".join(parts) + closing


@lru_cache(maxsize=64)
def _attached(attachment: Attachment) -> bytes:
    part: MIMEPart = MIMEPart(policy=SMTP)
    part.set_content(
        attachment.content,
        maintype="application",
        subtype="pdf",
        filename=attachment.filename,
        disposition="attachment",
    )
    return part.as_bytes().rstrip(b"\r\n")


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@lru_cache(maxsize=1)
def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
