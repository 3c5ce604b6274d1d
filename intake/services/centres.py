"""The centres where doctors work, for pages that only need their names."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.directory import Centre


def names_of(session: Session, centre_ids: Collection[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Centre.id, Centre.name).where(Centre.id.in_(centre_ids)))
    return {centre_id: name for centre_id, name in rows}
