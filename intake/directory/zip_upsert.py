"""Store the points of a gazetteer, and move registries' offices to them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from intake.directory.bulk import upsert
from intake.directory.gazetteer import ZipFacts
from intake.directory.outcomes import Outcome
from intake.directory.sources import Origin
from intake.models.directory import ZipPoint
from intake.services import audit, directory

_TAKEN_OVER = ("latitude", "longitude", "source", "seen_on")
_MOVED = text(
    "UPDATE location SET latitude = zip_point.latitude, longitude = zip_point.longitude FROM zip_point "
    "WHERE zip_point.zip = location.zip AND location.zip LIKE :start "
    "AND location.source IN ('nppes', 'cms', 'nppes-locations') "
    "AND (location.latitude, location.longitude) "
    "IS DISTINCT FROM (zip_point.latitude, zip_point.longitude)"
)


def store_points(session: Session, batch: Sequence[ZipFacts], origin: Origin) -> list[Outcome]:
    """Write the points. One that a later gazetteer has given already stays as it is."""
    known = _known(session, [facts.zip for facts in batch])
    outcomes = [_outcome(facts, known.get(facts.zip), origin) for facts in batch]
    rows = [
        {
            "zip": facts.zip,
            "latitude": facts.latitude,
            "longitude": facts.longitude,
            "source": origin.source,
            "seen_on": origin.seen_on,
        }
        for facts in batch
        if facts.zip not in known or known[facts.zip][1] <= origin.seen_on
    ]
    upsert(session, ZipPoint, rows, keys=["zip"], taken_over=_TAKEN_OVER)
    return outcomes


def move_offices(session: Session, first_digit: str, *, now: datetime) -> int:
    """Bring the offices of registries to the new points, a tenth of the country at a time.

    An address that a person gave its own point keeps it. Returns how many moved.
    """
    moved: int = session.execute(_MOVED, {"start": f"{first_digit}%"}).rowcount  # type: ignore[attr-defined]
    if moved:
        directory.bump(session)
        audit.note(session, directory.OFFICE, "zips.moved", "zips", first_digit, now=now, offices=moved)
    return moved


def _known(session: Session, zips: list[str]) -> dict[str, tuple[ZipFacts, date]]:
    rows = session.scalars(select(ZipPoint).where(ZipPoint.zip.in_(zips)))
    return {row.zip: (ZipFacts(row.zip, row.latitude, row.longitude), row.seen_on) for row in rows}


def _outcome(facts: ZipFacts, known: tuple[ZipFacts, date] | None, origin: Origin) -> Outcome:
    if known is None:
        return Outcome.ADDED
    same = known[0] == facts or known[1] > origin.seen_on
    return Outcome.UNCHANGED if same else Outcome.UPDATED
