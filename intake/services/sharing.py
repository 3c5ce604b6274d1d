"""Give a centre what a family allowed: nothing without its live yes to that centre, and each giving is kept.

The desk sends nothing by itself. It makes a sealed record of what is given and a file with it, which
staff hand over by the way that the centre asks for.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.language import speaking
from intake.models.directory import Centre
from intake.models.lead import Lead
from intake.models.sharing import Authorisation, Disclosure
from intake.rules import sharing as rules
from intake.rules.consents import wording
from intake.rules.series_hours import known_zones, local_day
from intake.rules.sharing import SharedField, Terms
from intake.services import audit, centres, consents
from intake.services.consents import ConsentAnswer, Trace
from intake.services.doctor_list import centre_ids, current_matches
from intake.services.staff import actor

KEY = "share_with_centre"
_GONE = "They do not allow this now: it ran out, or they took it back. Ask them again."


@dataclass(frozen=True)
class Sentence:
    """The exact words, filled in. `typed` is what was put into them."""

    words: str
    typed: str


def choosable(session: Session, lead_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Centres by name: those of the doctors on the list; where there are none, all that we know."""
    match_set = current_matches(session, lead_id)
    own = centres.names_of(session, centre_ids(match_set.matches if match_set else ()))
    if not own:
        everywhere = session.execute(select(Centre.id, Centre.name).order_by(Centre.name).limit(200))
        own = {centre_id: name for centre_id, name in everywhere}
    return sorted(own.items(), key=lambda pair: pair[1])


def sentence(session: Session, lead: Lead, terms: Terms, *, now: datetime) -> Sentence:
    """The words that are shown or read out before the yes. Raises BadInput for a centre that is not there."""
    centre = session.get(Centre, terms.centre_id)
    if centre is None:
        raise BadInput("Choose the center again.")
    with speaking(terms.language):
        fields = rules.said(terms.fields)
    last_day = local_day(rules.ends(now, terms.days), known_zones(lead.time_zones))
    until = f"{last_day:%m/%d/%Y}"
    words = wording(KEY, terms.language).shown(centre=centre.name, fields=fields, until=until)
    return Sentence(words, f"{centre.name}; {fields}; {until}")


def allow(
    session: Session, lead: Lead, terms: Terms, trace: Trace, *, by: str, now: datetime
) -> Authorisation:
    """Keep their yes to this centre; an older one to it ends. Raises BadInput as `sentence` does."""
    said = sentence(session, lead, terms, now=now)
    for older in _of_lead(session, lead.id):
        if older.centre_id == terms.centre_id:
            _end(older, by=by, now=now)
    answer = ConsentAnswer(key=KEY, given=True, typed=said.typed, language=terms.language)
    consents.record(session, lead.id, [answer], trace, now=now)
    given = Authorisation(
        lead_id=lead.id,
        centre_id=terms.centre_id,
        centre=session.get_one(Centre, terms.centre_id).name,
        fields=list(terms.fields),
        wording_sha256=wording(KEY, terms.language).sha256,
        given_at=now,
        given_by=by,
        until=rules.ends(now, terms.days),
    )
    session.add(given)
    session.flush()
    audit.note(session, by, "sharing.allowed", "lead", lead.id, now=now, centre=str(given.centre_id))
    return given


def take_back(session: Session, allowed: Authorisation, *, by: str, trace: Trace, now: datetime) -> None:
    """Nothing more is given from now on. What the centre has, it has. A second time changes nothing."""
    if allowed.revoked_at:
        return
    _end(allowed, by=by, now=now)
    answer = ConsentAnswer(key=KEY, given=False, typed=allowed.centre)
    consents.record(session, allowed.lead_id, [answer], trace, now=now)
    audit.note(session, by, "sharing.taken_back", "lead", allowed.lead_id, now=now)


def stop(session: Session, lead_id: UUID, *, now: datetime) -> None:
    """They said stop to everything, or the request ended: no yes to a centre outlives that."""
    for allowed in _of_lead(session, lead_id):
        take_back(session, allowed, by="desk", trace=Trace(page="stop"), now=now)


def give(
    session: Session, allowed: Authorisation, address: str, *, staff_id: UUID, now: datetime
) -> Disclosure:
    """Make the record of what is handed over now. `allowed` is locked. Raises BadInput without a live yes."""
    _demand_live(allowed, now)
    lead = session.get_one(Lead, allowed.lead_id)
    session.refresh(lead, ["contact", "patient"])
    fields = rules.in_order(allowed.fields)
    given = Disclosure(
        lead_id=lead.id,
        authorisation_id=allowed.id,
        staff_id=staff_id,
        at=now,
        centre=allowed.centre,
        address=address,
        fields=list(fields),
        content=json.dumps(dict(_content(lead, fields)), ensure_ascii=False),
    )
    session.add(given)
    session.flush()
    audit.note(
        session, actor(staff_id), "lead.shared", "lead", lead.id, now=now,
        centre=str(allowed.centre_id), fields=list(fields), disclosure=str(given.id),
    )  # fmt: skip
    return given


def file_rows(session: Session, given: Disclosure, *, staff_id: UUID, now: datetime) -> list[tuple[str, str]]:
    """What stands in the file that is handed over. Raises BadInput when they took it back meanwhile."""
    allowed = session.get_one(Authorisation, given.authorisation_id)
    _demand_live(allowed, now)
    audit.note(session, actor(staff_id), "lead.share_file_made", "lead", given.lead_id, now=now)
    reference = session.get_one(Lead, given.lead_id).reference
    around = [
        ("our reference", reference),
        ("for", given.centre),
        ("allowed by the family until", f"{allowed.until:%Y-%m-%d}"),
        ("handed over on", f"{given.at:%Y-%m-%d %H:%M} UTC"),
    ]
    return [*around, *json.loads(given.content).items()]


def of_lead(session: Session, lead_id: UUID) -> Sequence[Authorisation]:
    """Every yes of a family, the newest first."""
    wanted = select(Authorisation).where(Authorisation.lead_id == lead_id)
    return session.scalars(wanted.order_by(Authorisation.given_at.desc())).all()


def given_of(session: Session, lead_id: UUID) -> Sequence[Disclosure]:
    """All that was handed over, the newest first."""
    wanted = select(Disclosure).where(Disclosure.lead_id == lead_id)
    return session.scalars(wanted.order_by(Disclosure.at.desc())).all()


def locked(session: Session, authorisation_id: UUID) -> Authorisation | None:
    """A yes that nobody takes back or uses meanwhile."""
    return session.get(Authorisation, authorisation_id, with_for_update=True)


def _of_lead(session: Session, lead_id: UUID) -> Sequence[Authorisation]:
    theirs = (Authorisation.lead_id == lead_id) & Authorisation.revoked_at.is_(None)
    return session.scalars(
        select(Authorisation).where(theirs).order_by(Authorisation.id).with_for_update()
    ).all()


def _end(allowed: Authorisation, *, by: str, now: datetime) -> None:
    allowed.revoked_at, allowed.revoked_by = now, by


def _demand_live(allowed: Authorisation, now: datetime) -> None:
    live = rules.is_live(now, until=allowed.until, revoked_at=allowed.revoked_at)
    if not live or allowed.centre_id is None:
        raise BadInput(_GONE)


def _content(lead: Lead, fields: Iterable[SharedField]) -> Iterable[tuple[str, str]]:
    for field in fields:
        for name, value in _facts(lead, field):
            if value:
                yield name, value


def _facts(lead: Lead, field: SharedField) -> Sequence[tuple[str, str | None]]:
    contact, patient = lead.contact, lead.patient
    return {
        SharedField.NAMES: (
            ("first name", contact.first_name),
            ("last name", contact.last_name),
            ("patient's first name", patient.first_name if patient else None),
            ("who wrote, to the patient", lead.relation),
        ),
        SharedField.PHONE: (("phone", contact.phone),),
        SharedField.EMAIL: (("email", contact.email),),
        SharedField.ILLNESS: (("type", lead.diagnosis), ("cell type", lead.cell_type), ("stage", lead.stage)),
        SharedField.TREATMENT: (("treatment", lead.treatment_status),),
        SharedField.PLACE: (("ZIP code", lead.zip), ("state", lead.state)),
    }[field]
