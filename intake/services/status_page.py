"""What a family may see of its own request, and the two things it may correct there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from intake.crypto import keyring
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.letter import Letter
from intake.models.mailing import Mailing, SeriesRun
from intake.models.match import Match, MatchSet
from intake.models.promise import Breach
from intake.rules.series_plan import Outlook
from intake.rules.statuses import CallbackStatus
from intake.services import audit, corrections, promises, reminders, series
from intake.services.choices import chosen_of, off_list
from intake.services.doctor_list import current_matches
from intake.services.letters import letters_of


@dataclass(frozen=True, kw_only=True)
class StatusPage:
    """One request as its family sees it. `match_set` is None while the search still runs.

    `chosen`: ids of the doctors that a nurse spoke about with them; `off_list`: those whom the list lacks.
    `coming`: the steps that are not rows yet. `breach`: the newest promise of the call that was, or will
    be, broken.
    """

    lead: Lead
    callback: Callback | None
    match_set: MatchSet | None
    mailings: list[Mailing]
    coming: list[Outlook]
    chosen: frozenset[UUID]
    off_list: Sequence[Match]
    reminders: SeriesRun | None
    can_be_reminded: bool
    letters: list[Letter]
    call_is_late: bool
    breach: Breach | None = None

    @property
    def proposed(self) -> list[Match]:
        """Every doctor that the page names."""
        return [*(self.match_set.matches if self.match_set else ()), *self.off_list]


def open_page(session: Session, token: str, *, now: datetime) -> StatusPage | None:
    """Everything the page shows; None for a token that nobody was given. Views are audited."""
    lead = lead_of(session, token)
    if lead is None:
        return None
    callback = _latest_callback(session, lead)
    note_view(session, lead, "status_page.viewed", now=now)
    return StatusPage(
        lead=lead,
        callback=callback,
        match_set=current_matches(session, lead.id),
        mailings=list(
            session.scalars(select(Mailing).where(Mailing.lead_id == lead.id).order_by(Mailing.due_at))
        ),
        coming=series.coming(session, lead.id, now=now),
        chosen=chosen_of(session, lead.id),
        off_list=off_list(session, lead.id),
        reminders=reminders.of_lead(session, lead),
        can_be_reminded=reminders.can_reach(session, lead),
        letters=letters_of(session, lead.id),
        call_is_late=bool(
            callback and callback.status == CallbackStatus.WAITING and callback.promise_by < now
        ),
        breach=promises.of_call(session, callback) if callback else None,
    )


def note_view(session: Session, lead: Lead, action: str, *, now: datetime) -> None:
    """Whoever holds the link looked at something of this family."""
    audit.note(session, "visitor", action, "lead", lead.id, now=now)


def correct_contact(
    session: Session, token: str, *, phone: str | None = None, email: str | None = None, now: datetime
) -> None:
    """Replace a mistyped phone (E.164) or email; an unknown token changes nothing."""
    lead = lead_of(session, token)
    if lead is not None and phone:
        corrections.correct_phone(session, lead, phone, by="visitor", now=now)
    if lead is not None and email:
        corrections.correct_email(session, lead, email, by="visitor", now=now)


def lead_of(session: Session, token: str) -> Lead | None:
    """The lead behind a status link, with its people; None for a token that nobody was given."""
    blind = keyring().blind("status", token)
    wanted = select(Lead).where(Lead.status_token_blind == blind)
    return session.scalars(wanted.options(joinedload(Lead.contact), joinedload(Lead.patient))).one_or_none()


def _latest_callback(session: Session, lead: Lead) -> Callback | None:
    """The call that this family may know of.

    A call that was taken into another request's is shown only once somebody rang: before that the page
    must not tell that the number is known, and says what was asked for.
    """
    newest = select(Callback).where(Callback.lead_id == lead.id).order_by(Callback.created_at.desc()).limit(1)
    own = session.scalars(newest.options(selectinload(Callback.attempts))).one_or_none()
    if own is None or own.merged_into is None:
        return own
    taker = select(Callback).where(Callback.id == own.merged_into).options(selectinload(Callback.attempts))
    call = session.scalars(taker).one()
    rung = any(attempt.started_at >= own.created_at for attempt in call.attempts)
    return call if rung or call.closed_at else None
