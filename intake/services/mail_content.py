"""What a mail of the series says to one family: the same for sending, for a test and for a preview."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from intake.config import Settings
from intake.documents.content import Kind
from intake.documents.data import Brand, Named, Wanted
from intake.documents.render import document_pdf
from intake.language import prefix
from intake.mails.compose import Attachment, MailContent, message_id
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.rules.appointments import months_on
from intake.rules.facts import Language, Relation
from intake.rules.series import SERIES, Anchor, Step
from intake.rules.series_hours import local_day
from intake.rules.series_plan import Case
from intake.services import documents
from intake.services.stop_links import stop_token

# A file name is seen by others: never a word of the illness in it.
_FILENAMES = {
    Kind.GUIDE: "guide.pdf",
    Kind.QUESTIONS: "questions.pdf",
    Kind.DOCTORS: "doctors.pdf",
    Kind.AFTER_TREATMENT: "checkups.pdf",
}


@dataclass(frozen=True)
class Envelope:
    """To whom, the end of the link that stops it, and the left half of its Message-ID."""

    recipient: str
    stop: str
    message: str


def of_mailing(mailing: Mailing, case: Case, settings: Settings, *, now: datetime) -> MailContent:
    """The content of a planned mailing. `mailing.lead.contact` must be loaded, with an address."""
    step, blind = SERIES.step(mailing.step), mailing.lead.contact.email_blind
    assert step is not None
    assert blind is not None
    envelope = Envelope(mailing.lead.contact.email, stop_token(blind), mailing.message_id)
    return content(step, mailing.lead, case, settings, envelope=envelope, now=now)


def content(
    step: Step, lead: Lead, case: Case, settings: Settings, *, envelope: Envelope, now: datetime
) -> MailContent:
    """The content of a step for a lead, to whichever address it goes. `lead.contact` must be loaded."""
    language, day = Language(lead.language), _appointment(case)
    site = f"{settings.public_url}{prefix(language)}"
    return MailContent(
        step=step,
        recipient=envelope.recipient,
        first_name=lead.contact.first_name,
        for_another=lead.relation != Relation.SELF,
        site_url=site,
        status_url=f"{site}/s/{lead.status_token}",
        unsubscribe_url=f"{site}/u/{envelope.stop}",
        message_id=message_id(envelope.message, settings.organisation),
        sent_at=now,
        language=language,
        appointment=day,
        next_appointment=months_on(day, case.every_months) if day and case.every_months else None,
    )


def document_of(session: Session, step: Step, lead: Lead, *, words: str = "") -> Wanted | None:
    """The document that travels with a step, as this family gets it. `lead.patient` must be loaded.

    `words`: as documents.for_lead has them.
    """
    return documents.for_lead(session, lead, Kind(step.attaches), words=words) if step.attaches else None


def attachments(document: Wanted | None, organisation: Named) -> tuple[Attachment, ...]:
    """The PDF under a name that says nothing of the illness."""
    if document is None:
        return ()
    return (Attachment(_FILENAMES[document.kind], document_pdf(document, Brand.of(organisation))),)


def _appointment(case: Case) -> date | None:
    at = case.anchors.get(Anchor.APPOINTMENT)
    return local_day(at, case.zones) if at else None
