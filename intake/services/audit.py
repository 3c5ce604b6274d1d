"""Who did what to which row: appended in the commit of the deed itself."""

from datetime import datetime

from sqlalchemy.orm import Session

from intake import later
from intake.models.consent import AuditEntry


def note(
    session: Session,
    actor: str,
    action: str,
    subject_kind: str,
    subject_id: object,
    *,
    now: datetime,
    **detail: object,
) -> None:
    """Append one entry. `actor` is `staff:<id>` or the name of a part.

    `detail` holds ids and codes, never people.
    """
    later.append(
        session,
        AuditEntry(
            at=now,
            actor=actor,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            detail=detail,
        ),
    )
