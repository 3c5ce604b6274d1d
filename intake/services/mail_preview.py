"""A mail of the series as a family would get it: to look at, and as a trial to one's own address.

The links in it lead nowhere: whoever looks at a preview must not be able to stop a family's mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from intake.config import Settings
from intake.documents.data import Wanted
from intake.errors import BadInput
from intake.mails.compose import Attachment, MailContent, Rendered, render
from intake.models.lead import Lead
from intake.models.mailing import TrialMail
from intake.models.staff import Staff
from intake.rules.series import SERIES, Anchor, Step
from intake.rules.series_plan import Case
from intake.rules.statuses import MailingStatus
from intake.services import audit, mail_content, outbox
from intake.services.lead_access import may_see
from intake.services.mail_content import Envelope
from intake.services.series_cases import family_of
from intake.services.staff import actor
from intake.workflow import Event

_NOWHERE = "preview"
_NOBODY = "nobody@nowhere.example"
_TRIALS_A_DAY = 50


@dataclass(frozen=True)
class Preview:
    """`rendered` has subject, HTML and text."""

    lead: Lead
    step: Step
    content: MailContent
    rendered: Rendered
    attachments: Sequence[Attachment]


def preview(
    session: Session, lead_id: UUID, step: Step, staff: Staff, settings: Settings, *, now: datetime
) -> Preview | None:
    """None for a family that this person may not see. Every look is audited. Raises as `render` does."""
    lead = _lead(session, lead_id) if may_see(session, lead_id, staff) else None
    if lead is None:
        return None
    audit.note(session, actor(staff.id), "mail.previewed", "lead", lead_id, now=now, step=step.name)
    envelope = Envelope(lead.contact.email or _NOBODY, _NOWHERE, _NOWHERE)
    content = _content(session, lead, step, settings, envelope=envelope, now=now)
    document = mail_content.document_of(session, step, lead)
    attachments = mail_content.attachments(document, settings.organisation)
    return Preview(lead, step, content, render(content, settings.organisation), attachments)


def ask_trial(session: Session, lead_id: UUID, step: Step, staff: Staff, *, now: datetime) -> bool:
    """Plan a trial to this person's own address. False for a family that she may not see.

    Raises BadInput after fifty in a day.
    """
    if not may_see(session, lead_id, staff) or _lead(session, lead_id) is None:
        return False
    recent = (TrialMail.staff_id == staff.id) & (TrialMail.created_at > now - timedelta(days=1))
    if (session.scalar(select(func.count()).where(recent)) or 0) >= _TRIALS_A_DAY:
        raise BadInput(f"{_TRIALS_A_DAY} trials in a day are enough. Try again tomorrow.")
    trial = TrialMail(
        staff_id=staff.id, lead_id=lead_id, step=step.name, status=MailingStatus.PLANNED, created_at=now
    )
    session.add(trial)
    outbox.record(session, Event.TRIAL_MAIL_ASKED, trial.id, now=now)
    audit.note(session, actor(staff.id), "mail.trial_asked", "lead", lead_id, now=now, step=step.name)
    return True


def trial_content(
    session: Session, trial: TrialMail, settings: Settings, *, now: datetime
) -> tuple[MailContent, Wanted | None] | None:
    """The mail with the reader's own name in place of the family's. None when someone or the step is gone."""
    lead, staff = _lead(session, trial.lead_id), session.get(Staff, trial.staff_id)
    step = SERIES.step(trial.step)
    if lead is None or step is None or staff is None or not staff.active:
        return None
    envelope = Envelope(staff.email, _NOWHERE, f"trial-{trial.id}")
    content = _content(session, lead, step, settings, envelope=envelope, now=now)
    own = replace(content, first_name=staff.name)
    return own, mail_content.document_of(session, step, lead)


def _content(
    session: Session, lead: Lead, step: Step, settings: Settings, *, envelope: Envelope, now: datetime
) -> MailContent:
    case = _with_day(family_of(session, lead.id).case, step, now)
    content = mail_content.content(step, lead, case, settings, envelope=envelope, now=now)
    return replace(content, status_url=f"{content.site_url}/s/{_NOWHERE}")


def _with_day(case: Case, step: Step, now: datetime) -> Case:
    """A reminder is shown for a day even where none is entered."""
    if step.after is not Anchor.APPOINTMENT or Anchor.APPOINTMENT in case.anchors:
        return case
    return replace(case, anchors={**case.anchors, Anchor.APPOINTMENT: now - timedelta(days=step.days)})


def _lead(session: Session, lead_id: UUID) -> Lead | None:
    people = (joinedload(Lead.contact), joinedload(Lead.patient))
    return session.scalars(select(Lead).where(Lead.id == lead_id).options(*people)).one_or_none()
