"""From what a mailing is about to the bytes that go over the wire. Reads templates/mail, nothing else."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from intake.errors import PermanentError
from intake.mails.mime import Attachment, alternative, attached, encoded, mailbox, written
from intake.mails.words import TEMPLATES, StepWords, written_in
from intake.rules.facts import Language
from intake.rules.series import BY_A_PERSON, Step

__all__ = ["Attachment", "MailContent", "Rendered", "Sender", "compose", "message_id", "render"]

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
    def stop_address(self) -> str: ...
    @property
    def postal_address(self) -> str: ...
    @property
    def sample(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class MailContent:
    """One mail to one person. The illness is in none of these but the attachments.

    for_another: the reader wrote for someone else. message_id: with its angle brackets, the same for
    every try. sent_at: aware. unsubscribe_url: shows a page on GET and stops on POST. appointment and the
    next one are for the reminders.
    """

    step: Step
    recipient: str
    first_name: str
    for_another: bool
    site_url: str
    status_url: str
    unsubscribe_url: str
    message_id: str
    sent_at: datetime
    language: Language = Language.ENGLISH
    appointment: date | None = None
    next_appointment: date | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def words(self) -> StepWords:
        """Subject and preheader in the reader's language, in English where there is none yet."""
        return written_in(self.language, self.step.template).steps[self.step.template]


@dataclass(frozen=True)
class Rendered:
    """What the reader sees, for sending and for a preview."""

    subject: str
    html: str
    text: str


def compose(content: MailContent, organisation: Sender) -> bytes:
    """The whole mail, ready for SMTP: the same content gives the same bytes.

    Raises PermanentError when the law or the reader would be let down: no postal address, no way
    to unsubscribe, a line break inside a header, an address that plain SMTP cannot carry.
    """
    rendered = render(content, organisation)
    mark = f"=_{hashlib.sha256(content.message_id.encode()).hexdigest()[:20]}"
    parts = [alternative(rendered.text, rendered.html, f"{mark}_body"), *map(attached, content.attachments)]
    return written(_headers(content, organisation), mark, parts)


def render(content: MailContent, organisation: Sender) -> Rendered:
    """Subject, HTML and text of a mail. Raises PermanentError as `compose` does."""
    _require(content, organisation)
    facts = _facts(content, organisation)
    template = f"{facts['language']}/{content.step.template}"
    page = _templates().get_template(f"{template}.html").render(facts, style=_style())
    text = _templates().get_template(f"{template}.txt").render(facts)
    return Rendered(content.words.subject, _inliner().inline(page), _tidy(text))


def message_id(token: str, organisation: Sender) -> str:
    """A Message-ID in the sender's domain; `token` is unique and says nothing about the family."""
    return f"<{token}@{organisation.sender_address.rpartition('@')[2]}>"


def _require(content: MailContent, organisation: Sender) -> None:
    if not organisation.postal_address.strip():
        raise PermanentError("the organisation has no postal address; no mail may leave without one")
    urls = {"unsubscribe": content.unsubscribe_url, "status": content.status_url, "site": content.site_url}
    for name, url in urls.items():
        if not _URL.fullmatch(url):
            raise PermanentError(f"the {name} URL of {_safe_id(content)} is missing or cannot be written")
    if not _MESSAGE_ID.fullmatch(content.message_id):
        raise PermanentError("the Message-ID must look like <token@domain>")


def _safe_id(content: MailContent) -> str:
    return content.message_id if _MESSAGE_ID.fullmatch(content.message_id) else "a mail without Message-ID"


def _headers(content: MailContent, organisation: Sender) -> list[tuple[str, str]]:
    headers = [
        ("From", mailbox(organisation.sender_address, organisation.sender_name)),
        ("To", mailbox(content.recipient)),
        ("Subject", encoded(content.words.subject)),
        ("Date", format_datetime(content.sent_at)),
        ("Message-ID", content.message_id),
        ("List-Unsubscribe", _ways_to_stop(content, organisation)),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("MIME-Version", "1.0"),
    ]
    if content.step.after not in BY_A_PERSON:  # RFC 3834: a person had this one sent
        headers.insert(-1, ("Auto-Submitted", "auto-generated"))
    if organisation.reply_to != organisation.sender_address:
        headers.insert(2, ("Reply-To", mailbox(organisation.reply_to)))
    return headers


def _ways_to_stop(content: MailContent, organisation: Sender) -> str:
    """The one click of RFC 8058, and a mail of RFC 2369 where somebody takes it in."""
    link = f"<{content.unsubscribe_url}>"
    if not organisation.stop_address:
        return link
    token = content.unsubscribe_url.rpartition("/")[2]
    return f"{link}, <mailto:{organisation.stop_address}?subject=stop%20{token}>"


def _facts(content: MailContent, organisation: Sender) -> dict[str, object]:
    language = written_in(content.language, content.step.template)
    return {
        "language": language.code,
        "say": language.layout,
        "subject": content.words.subject,
        "preheader": content.words.preheader,
        "first_name": _greeting_name(content.first_name),
        "for_another": content.for_another,
        "appointment": language.day(content.appointment),
        "next_appointment": language.day(content.next_appointment),
        "site_url": content.site_url,
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
