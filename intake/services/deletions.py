"""A family's wish to be deleted: asked, confirmed, done at once here, and a clock for what is left.

The request's own deletion is `services/erasure.py`. What stays of the wish is a number and times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.db import insert_new, new_token, row_values
from intake.errors import BadInput
from intake.models.deletion import Deletion, DeletionMail
from intake.models.lead import Lead
from intake.models.sharing import Disclosure
from intake.rules.facts import Channel
from intake.rules.references import new_receipt
from intake.rules.retention import RETENTION
from intake.services import audit, erasure, outbox, restore_ledger, suppressions
from intake.workflow import Event

LINK_LIFE = timedelta(days=3)
# Whoever was given something hears of a deletion the same day.
_TELL_WITHIN = timedelta(hours=12)
# Pressed again within this, the mail that is on its way is enough.
_SAME_MAIL = timedelta(minutes=10)
_INSERT = insert_new(Deletion)


class Kind(StrEnum):
    LINK = "link"
    CENTRE = "centre"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One wish with its clocks. `reference` is the request's while there is one."""

    deletion: Deletion
    reference: str | None
    mails: Sequence[DeletionMail]
    backups_gone_at: datetime | None

    @property
    def to_tell(self) -> Sequence[DeletionMail]:
        return [mail for mail in self.mails if mail.kind == Kind.CENTRE and mail.settled_at is None]


def can_mail(session: Session, lead: Lead) -> bool:
    """Whether the link can go by mail. `lead.contact` must be loaded."""
    blind = lead.contact.email_blind
    return not suppressions.is_suppressed(session, Channel.EMAIL, blind, asked_at=lead.created_at)


def ask(session: Session, lead: Lead, *, by: str, now: datetime) -> None:
    """Keep the wish and mail a link that ends it. An older link opens nothing any more."""
    deletion = _open_of(session, lead.id, by=by, now=now)
    if deletion.link_until is not None and deletion.link_until - LINK_LIFE > now - _SAME_MAIL:
        return
    token = new_token()
    deletion.link, deletion.link_until = token, now + LINK_LIFE
    deletion.link_blind = keyring().blind("deletion_link", token)
    _plan_mail(session, DeletionMail(deletion_id=deletion.id, kind=Kind.LINK, due_at=now, created_at=now))
    audit.note(session, by, "deletion.asked", "lead", lead.id, now=now)


def by_link(session: Session, token: str, *, now: datetime) -> Deletion | None:
    """The wish behind a mailed link; None for a link that is old, replaced or not ours."""
    blind = keyring().blind("deletion_link", token)
    found = session.scalars(select(Deletion).where(Deletion.link_blind == blind)).one_or_none()
    if found is None or found.closed_at or found.link_until is None or found.link_until <= now:
        return None
    if found.done_at and not found.receipt:  # it went another way, because it was old
        return None
    return found


def finish(session: Session, lead_id: UUID, *, by: str, now: datetime) -> str | None:
    """Delete the request now; return the receipt's number, None when it is gone already."""
    if session.get(Lead, lead_id, with_for_update=True) is None:
        return None
    deletion = _open_of(session, lead_id, by=by, now=now)
    deletion_id, to_tell = deletion.id, _to_tell(session, lead_id, deletion.id, now=now)
    erasure.erase(session, lead_id, by=by, now=now)
    done = session.get_one(Deletion, deletion_id, with_for_update=True)
    receipt = new_receipt()
    done.done_at, done.receipt, done.link = now, receipt, None
    blind = restore_ledger.lead_blind(lead_id)
    restore_ledger.remember(session, restore_ledger.Kind.RECEIPT, blind, reason=receipt, now=now)
    for mail in to_tell:
        _plan_mail(session, mail)
    return receipt


def close(session: Session, deletion_id: UUID, *, by: str, now: datetime) -> None:
    """They do not want it after all. Raises BadInput when it is over already."""
    deletion = session.get(Deletion, deletion_id, with_for_update=True)
    if deletion is None or deletion.done_at or deletion.closed_at:
        raise BadInput("This wish is settled already. Open the list again.")
    deletion.closed_at, deletion.link = now, None
    audit.note(session, by, "deletion.closed", "lead", deletion.lead_id, now=now)


def told(session: Session, mail_id: UUID, *, by: str, now: datetime) -> None:
    """A person told the centre, by phone or by hand. Raises BadInput when it was told before."""
    mail = session.get(DeletionMail, mail_id, with_for_update=True)
    if mail is None or mail.kind != Kind.CENTRE or mail.settled_at:
        raise BadInput("That centre was told already. Open the list again.")
    mail.settled_at, mail.reference = now, None
    audit.note(session, by, "deletion.centre_told", "deletion", mail.deletion_id, now=now)


def by_receipt(session: Session, receipt: str) -> Standing | None:
    """What became of a wish, for whoever has its number."""
    found = session.scalars(select(Deletion).where(Deletion.receipt == receipt)).one_or_none()
    return _standing(session, [found])[0] if found else None


def standing(session: Session, *, now: datetime) -> Sequence[Standing]:
    """Every wish with a clock that still runs, the one that ends first at the top."""
    aging = now - timedelta(days=RETENTION.backup_days)
    untold = select(DeletionMail.deletion_id).where(
        DeletionMail.kind == Kind.CENTRE, DeletionMail.settled_at.is_(None)
    )
    is_open = or_(Deletion.done_at.is_(None), Deletion.done_at > aging, Deletion.id.in_(untold))
    wanted = select(Deletion).where(Deletion.closed_at.is_(None), is_open).order_by(Deletion.asked_at)
    return _standing(session, session.scalars(wanted).all())


def of_lead(session: Session, lead_id: UUID) -> Deletion | None:
    """The open wish of a request."""
    wanted = select(Deletion).where(Deletion.lead_id == lead_id, *_OPEN)
    return session.scalars(wanted).one_or_none()


_OPEN = (Deletion.done_at.is_(None), Deletion.closed_at.is_(None))


def _open_of(session: Session, lead_id: UUID, *, by: str, now: datetime) -> Deletion:
    """The open wish of a request, locked; made when there is none."""
    due_at = now + timedelta(days=RETENTION.erasure_days)
    new = Deletion(lead_id=lead_id, asked_at=now, asked_by=by, due_at=due_at)
    session.execute(_INSERT, [row_values(new)])
    wanted = select(Deletion).where(Deletion.lead_id == lead_id, *_OPEN)
    return session.scalars(wanted.with_for_update()).one()


def _to_tell(session: Session, lead_id: UUID, deletion_id: UUID, *, now: datetime) -> Sequence[DeletionMail]:
    """A mail to each address at a centre to which something of the request was handed over."""
    given = select(Disclosure.centre, Disclosure.address, Lead.reference).distinct()
    rows = session.execute(given.join(Lead, Lead.id == Disclosure.lead_id).where(Lead.id == lead_id))
    due_at = now + _TELL_WITHIN
    fields = {"deletion_id": deletion_id, "kind": Kind.CENTRE, "created_at": now, "due_at": due_at}
    return [
        DeletionMail(centre=centre, address=address, reference=reference, **fields)
        for centre, address, reference in rows
    ]


def _plan_mail(session: Session, mail: DeletionMail) -> None:
    session.add(mail)
    session.flush()
    outbox.record(session, Event.DELETION_MAIL_PLANNED, mail.id, now=mail.created_at)


def _standing(session: Session, wishes: Sequence[Deletion]) -> list[Standing]:
    ids = [wish.id for wish in wishes]
    mails = session.scalars(select(DeletionMail).where(DeletionMail.deletion_id.in_(ids))).all()
    named = select(Lead.id, Lead.reference).where(Lead.id.in_([wish.lead_id for wish in wishes]))
    references = {lead_id: reference for lead_id, reference in session.execute(named)}
    aging = timedelta(days=RETENTION.backup_days)
    return [
        Standing(
            deletion=wish,
            reference=references.get(wish.lead_id),
            mails=[mail for mail in mails if mail.deletion_id == wish.id],
            backups_gone_at=wish.done_at + aging if wish.done_at else None,
        )
        for wish in wishes
    ]
