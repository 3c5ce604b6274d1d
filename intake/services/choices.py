"""Which doctors a family and its advocate chose, and those of them that a newer list no longer names."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.models.directory import Doctor, Location
from intake.models.match import Match, MatchSet


def chosen_of(session: Session, lead_id: UUID) -> frozenset[UUID]:
    """Ids of the doctors, whichever list of the family they stood on."""
    theirs = select(Match.doctor_id).join(MatchSet, MatchSet.id == Match.match_set_id)
    return frozenset(session.scalars(theirs.where(MatchSet.lead_id == lead_id, Match.chosen_at.is_not(None))))


def off_list(session: Session, lead_id: UUID) -> Sequence[Match]:
    """Chosen doctors that the current list lacks, as the newest list with them had them.

    What was promised on a call is not taken back by a list; but nobody is sent to who practises no more.
    """
    listed = select(Match.doctor_id).join(MatchSet, MatchSet.id == Match.match_set_id)
    listed = listed.where(MatchSet.lead_id == lead_id, MatchSet.current)
    wanted = (
        select(Match)
        .join(MatchSet, MatchSet.id == Match.match_set_id)
        .join(Doctor, Doctor.id == Match.doctor_id)
        .where(MatchSet.lead_id == lead_id, Match.chosen_at.is_not(None))
        .where(Match.doctor_id.not_in(listed), Doctor.deactivated_on.is_(None))
        .options(joinedload(Match.doctor), joinedload(Match.location).joinedload(Location.centre))
        .order_by(MatchSet.created_at, Match.rank)
    )
    return list({match.doctor_id: match for match in session.scalars(wanted)}.values())
