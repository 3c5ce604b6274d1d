"""Which sections and questions of a document fit a family. Pure."""

from dataclasses import dataclass, replace

from intake.documents.content import Document, Fits, Section, Source
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus


@dataclass(frozen=True)
class Case:
    """What decides a document; hashable, and it names nobody."""

    diagnosis: Diagnosis = Diagnosis.UNSURE
    stage: Stage = Stage.UNKNOWN
    status: TreatmentStatus = TreatmentStatus.UNSURE


ANYBODY = Case()


def sections_for(case: Case, document: Document) -> tuple[Section, ...]:
    """The sections that fit, with the questions that fit; one whose questions all fall away goes, too."""
    fitting = (_asking(section, case) for section in document.sections if _fit(section.fits, case))
    return tuple(section for section in fitting if section.questions or not section.asks)


def sources_for(sections: tuple[Section, ...]) -> tuple[Source, ...]:
    """The sources behind `sections`, numbered by their place: first named, first listed."""
    return tuple(dict.fromkeys(source for section in sections for source in section.sources))


def _asking(section: Section, case: Case) -> Section:
    return replace(section, questions=tuple(one for one in section.questions if _fit(one.fits, case)))


def _fit(fits: Fits, case: Case) -> bool:
    return (
        (not fits.diagnoses or case.diagnosis in fits.diagnoses)
        and (not fits.stages or case.stage in fits.stages)
        and (not fits.statuses or case.status in fits.statuses)
    )
