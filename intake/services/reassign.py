"""A supervisor gives a call to somebody, or back to all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import Callback
from intake.models.staff import Staff
from intake.rules.statuses import CallbackStatus
from intake.services import audit, callbacks, owners
from intake.services.staff import Role, actor


def reassign(session: Session, callback_id: UUID, to: UUID | None, *, by: UUID, now: datetime) -> str:
    """Give an open call, with its notes, to `to`, or to all when None; return its new holder's name.

    Raises BadInput when it is closed, when somebody is on the phone with the family, or for nobody.
    """
    callback = callbacks.locked(session, callback_id)
    if callback is None or callback.closed_at is not None:
        raise BadInput("That call is closed meanwhile. Nothing was changed.")
    colleague = _colleague(session, to) if to else None
    _free(session, callback, colleague, now=now)
    if colleague is None:
        callback.owner_id = callback.owner_until = None
    else:
        owners.promise(callback, colleague.id, now=now)
    given = str(colleague.id) if colleague else None
    audit.note(session, actor(by), "callback.reassigned", "callback", callback.id, now=now, to=given)
    return colleague.name if colleague else "all"


def _colleague(session: Session, staff_id: UUID) -> Staff:
    colleague = session.get(Staff, staff_id)
    if colleague is None or not colleague.active or colleague.role == Role.ADMIN:
        raise BadInput("Choose a colleague who makes calls.")
    return colleague


def _free(session: Session, callback: Callback, to: Staff | None, *, now: datetime) -> None:
    """Take a claimed call back from whoever has it, unless she is speaking with the family."""
    if callback.status != CallbackStatus.CLAIMED:
        return
    if to is not None and callback.claimed_by == to.id:
        raise BadInput(f"{to.name} has this call already.")
    if callbacks.running(session, callback, now=now):
        raise BadInput("The call is under way. Wait until it ends.")
    callbacks.put_back(session, callback, now=now)
