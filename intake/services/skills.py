"""Who can do what some families need."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.staff import StaffSkill
from intake.rules.skills import SKILLS, skills_needed
from intake.services import audit
from intake.services.staff import OFFICE

# An instant, or the parameter of a query that is given one.
Moment = datetime | ColumnElement[datetime]


def skills_of(session: Session, staff_id: UUID) -> frozenset[str]:
    return frozenset(session.scalars(select(StaffSkill.skill).where(StaffSkill.staff_id == staff_id)))


def set_skills(
    session: Session, staff_id: UUID, names: Iterable[str], *, now: datetime, by: str = OFFICE
) -> None:
    """Replace what somebody can do. Raises BadInput for a skill that skills.toml does not have."""
    wanted = set(names)
    unknown = sorted(wanted - set(SKILLS))
    if unknown:
        raise BadInput(f"{unknown[0]!r} is not a skill. Choose from {', '.join(SKILLS)}.")
    session.execute(delete(StaffSkill).where(StaffSkill.staff_id == staff_id))
    session.add_all(StaffSkill(staff_id=staff_id, skill=name) for name in sorted(wanted))
    audit.note(session, by, "staff.skills_set", "staff", staff_id, now=now, skills=sorted(wanted))


def needs_of(lead: Lead) -> list[str]:
    """The skills that a request asks for."""
    return skills_needed({"language": lead.language, "veteran": lead.veteran})


def suits(skills: frozenset[str], *, now: Moment) -> ColumnElement[bool]:
    """True for the calls that somebody with these skills may take: theirs, or waiting too long already."""
    others = [skill for skill in SKILLS.values() if skill.name not in skills]
    return and_(True, *(_spared(skill.name, skill.after, now) for skill in others))


def _spared(name: str, after: timedelta, now: Moment) -> ColumnElement[bool]:
    return or_(~Callback.needs.contains([name]), Callback.due_at <= now - after)


def lacking(needs: Sequence[str], skills: frozenset[str]) -> list[str]:
    """What a call needs and somebody cannot do."""
    return [name for name in needs if name not in skills]


def opens_at(callback: Callback, skills: frozenset[str]) -> datetime:
    """When somebody with these skills may take the call; its due time when nothing is lacking."""
    waits = (SKILLS[name].after for name in lacking(callback.needs, skills) if name in SKILLS)
    return callback.due_at + max(waits, default=timedelta(0))
