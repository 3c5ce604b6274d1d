"""The doctors proposed to a family, in the words of their list: for the page, the PDF and the letter."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from intake.documents.data import DoctorEntry
from intake.models.directory import Location
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.rules.distances import distance_text
from intake.rules.facts import Relation
from intake.rules.phones import say_phone
from intake.rules.reason_words import text_for
from intake.rules.reasons import Reason
from intake.rules.relations import RelationWords, words_for
from intake.services import centres
from intake.services.choices import chosen_of, off_list


def doctors_of(session: Session, lead: Lead) -> tuple[DoctorEntry, ...]:
    """The current list in its order, empty while there is none. `lead.patient` must be loaded."""
    match_set = current_matches(session, lead.id)
    if match_set is None:
        return ()
    kept = off_list(session, lead.id)
    names = centres.names_of(session, centre_ids([*match_set.matches, *kept]))
    chosen = chosen_of(session, lead.id)
    return entries(match_set.matches, names, relation_words(lead), chosen=chosen, off_list=kept)


def current_matches(session: Session, lead_id: UUID) -> MatchSet | None:
    """The list that counts, with doctors and offices loaded."""
    shown = selectinload(MatchSet.matches)
    options = (shown.joinedload(Match.doctor), shown.joinedload(Match.location))
    current = select(MatchSet).where(MatchSet.lead_id == lead_id, MatchSet.current)
    return session.scalars(current.options(*options)).one_or_none()


def centre_ids(matches: Iterable[Match]) -> set[UUID]:
    return {m.location.centre_id for m in matches if m.location and m.location.centre_id}


def relation_words(lead: Lead) -> RelationWords:
    return words_for(Relation(lead.relation), lead.patient.first_name if lead.patient else None)


def entries(
    matches: Sequence[Match],
    names: Mapping[UUID, str],
    words: RelationWords,
    *,
    chosen: Collection[UUID] = (),
    off_list: Sequence[Match] = (),
) -> tuple[DoctorEntry, ...]:
    """`names`: of the centres, by id. `chosen`: ids of doctors that a nurse spoke about with them.

    `off_list`: of those the ones that a newer list lacks. They come first: the family waits for them.
    """
    kept = [replace(_entry(match, names, words), chosen=True, off_list=True) for match in off_list]
    listed = ((match, _entry(match, names, words)) for match in matches)
    return (*kept, *(replace(entry, chosen=match.doctor_id in chosen) for match, entry in listed))


def _entry(match: Match, names: Mapping[UUID, str], words: RelationWords) -> DoctorEntry:
    doctor, location = match.doctor, match.location
    phone = location.phone if location else None
    return DoctorEntry(
        key=doctor.npi or str(doctor.id),
        name=f"{doctor.name}, {doctor.credential}" if doctor.credential else doctor.name,
        centre=names.get(location.centre_id) if location and location.centre_id else None,
        place=f"{location.city}, {location.state}" if location else "",
        distance=distance_text(match.distance_miles) if match.distance_miles is not None else None,
        phone=say_phone(phone) if phone else None,
        phone_link=phone,
        reasons=_reasons(match, words),
        sample=doctor.sample,
        at=_point(location),
    )


def _point(location: Location | None) -> tuple[float, float, str] | None:
    if location is None or location.latitude is None or location.longitude is None:
        return None
    return location.latitude, location.longitude, location.state


def _reasons(match: Match, words: RelationWords) -> tuple[str, ...]:
    """In words, without the distance: that stands under the name."""
    reasons = [Reason.from_json(raw) for raw in match.reasons]
    return tuple(text_for(reason, words) for reason in reasons if reason.code != "distance")
