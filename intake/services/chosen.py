"""The doctors that an advocate spoke about with a family: marked on its page, and a mail says so at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.models.staff import Staff
from intake.rules.series import SERIES
from intake.rules.series_plan import Why, barred
from intake.rules.statuses import MailingStatus
from intake.services import audit
from intake.services.choices import chosen_of
from intake.services.mailings import plan_mailings
from intake.services.series_cases import Family, family_of
from intake.services.staff import actor

STEP = "chosen"


def send(
    session: Session, lead: Lead, match_ids: Collection[UUID], staff: Staff, *, now: datetime
) -> Why | None:
    """Exactly these are the family's choice now, of the current list or chosen before; a mail leads to them.

    Returns why no mail goes, or None when one does. Raises BadInput when none of them was offered.
    """
    rows = _offered(session, lead.id, match_ids)
    if not rows:
        raise BadInput("Tick the doctors that you spoke about.")
    doctors = [match.doctor_id for match in rows]
    before = chosen_of(session, lead.id)
    sets = select(MatchSet.id).where(MatchSet.lead_id == lead.id)
    dropped = Match.match_set_id.in_(sets) & Match.doctor_id.not_in(doctors)
    session.execute(update(Match).where(dropped).values(chosen_at=None))
    for match in rows:
        match.chosen_at = match.chosen_at or now
    audit.note(
        session, actor(staff.id), "doctors.chosen", "lead", lead.id, now=now, doctors=list(map(str, doctors))
    )
    family = family_of(session, lead.id)
    why = barred(SERIES.named(STEP), family.case)
    if why is None and before != frozenset(doctors):
        _mail(session, lead, family, now=now)
    return why


def _offered(session: Session, lead_id: UUID, match_ids: Collection[UUID]) -> Sequence[Match]:
    theirs = select(Match).join(MatchSet, MatchSet.id == Match.match_set_id)
    offered = MatchSet.current | Match.chosen_at.is_not(None)
    wanted = theirs.where(MatchSet.lead_id == lead_id, offered, Match.id.in_(match_ids))
    return session.scalars(wanted.order_by(Match.rank).with_for_update(of=Match)).all()


def _mail(session: Session, lead: Lead, family: Family, *, now: datetime) -> None:
    """One that waits to leave leads to the new choice as well."""
    theirs = [sent for key, sent in family.mailings.items() if key.partition(".")[0] == STEP]
    if not any(sent.status == MailingStatus.PLANNED for sent in theirs):
        key = f"{STEP}.{len(theirs) + 1}" if theirs else STEP
        plan_mailings(session, lead, {key: now}, now=now)
