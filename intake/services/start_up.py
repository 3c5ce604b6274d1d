"""What comes first when a process starts: what a restore must not forget, what must not be there."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.config import Settings
from intake.db import database_now
from intake.errors import ConfigError
from intake.models.directory import Doctor
from intake.models.staff import Staff
from intake.rules.statuses import DoctorStatus
from intake.services import erasure, restore_ledger


def refuse_samples(session: Session, settings: Settings) -> None:
    """Raise ConfigError when invented doctors could be shown, or an invented account could sign in."""
    if settings.sample:
        return
    shown = Doctor.sample & (Doctor.status == DoctorStatus.VERIFIED)
    doctors = session.scalar(select(func.count()).select_from(Doctor).where(shown))
    accounts = session.scalar(select(func.count()).select_from(Staff).where(Staff.sample, Staff.active))
    if doctors or accounts:
        raise ConfigError(
            f"The database holds {doctors} sample doctors and {accounts} open sample accounts. "
            "A real organisation does not start with them: `advocate setup` removes them."
        )


def take_in_ledger(session: Session) -> None:
    """Stop and erase again what the database of a restored backup does not know any more."""
    restore_ledger.take_in(session, erasure.apply_again, now=database_now(session))
