"""Load what the first family of the day should not wait for: ZIP codes, the directory, the guide."""

from intake import places
from intake.config import Settings
from intake.db import transaction
from intake.guides.choose import GuideCase
from intake.guides.render import GuideBrand, guide_pdf
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus
from intake.services import zips
from workers.matching.match_lead import directory


def warm_up(settings: Settings) -> None:
    """About a second of work."""
    places.warm()
    with transaction() as session:
        zips.load_points(session)
        directory().snapshot(session)
    case = GuideCase(Diagnosis.UNSURE, Stage.UNKNOWN, TreatmentStatus.UNSURE)
    guide_pdf(case, GuideBrand.of(settings.organisation))
