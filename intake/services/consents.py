"""Consents as they were given: what was shown, what was ticked, what was typed, from where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake import later
from intake.db import insert_new
from intake.models.consent import ConsentEvent, ConsentWording
from intake.rules.consents import Wording, wording
from intake.rules.facts import Language

_INSERT_WORDING = insert_new(ConsentWording)


@dataclass(frozen=True, kw_only=True)
class ConsentAnswer:
    """A box that was shown: which wording, in the page's language, ticked or not, what was typed."""

    key: str
    given: bool
    typed: str
    language: Language = Language.ENGLISH


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Where an answer came from."""

    page: str = ""
    address: str = ""
    user_agent: str = ""
    gpc: bool = False


def record(
    session: Session, lead_id: UUID, answers: Iterable[ConsentAnswer], trace: Trace, *, now: datetime
) -> None:
    """Append what was answered, with the exact wording behind each."""
    shown = [(answer, wording(answer.key, answer.language)) for answer in answers]
    for _, words in shown:
        later.run(session, _INSERT_WORDING, _wording_row(words))
    for answer, words in shown:
        event = ConsentEvent(
            lead_id=lead_id,
            channel=words.channel,
            purpose=words.purpose,
            given=answer.given,
            wording_sha256=words.sha256,
            page=trace.page,
            gpc=trace.gpc,
            at=now,
            typed=answer.typed,
            address=trace.address,
            user_agent=trace.user_agent,
        )
        later.append(session, event)


def _wording_row(shown: Wording) -> dict[str, str]:
    return {
        "sha256": shown.sha256,
        "purpose": shown.purpose,
        "version": shown.version,
        "language": shown.language,
        "text": shown.template,
    }
