"""What an import asks of the directory as a whole."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.directory import Doctor


def known_npis(session: Session) -> frozenset[str]:
    """Every NPI there is in the directory."""
    return frozenset(npi for npi in session.scalars(select(Doctor.npi)) if npi)
