"""Which of the guide's sections and questions fit a family. Pure."""

from dataclasses import dataclass

from intake.guides.content import Fits, Guide, Question, Section, Source, load_guide
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus


@dataclass(frozen=True)
class GuideCase:
    """What decides a guide; hashable, and it names nobody."""

    diagnosis: Diagnosis
    stage: Stage
    status: TreatmentStatus


def sections_for(case: GuideCase, guide: Guide | None = None) -> tuple[Section, ...]:
    """The sections that fit, in the order of reading."""
    return tuple(section for section in (guide or load_guide()).sections if _fit(section.fits, case))


def questions_for(case: GuideCase, guide: Guide | None = None) -> tuple[Question, ...]:
    """The questions that fit, in the order they are asked."""
    return tuple(question for question in (guide or load_guide()).questions if _fit(question.fits, case))


def sources_for(sections: tuple[Section, ...], guide: Guide | None = None) -> tuple[Source, ...]:
    """The sources behind `sections`, numbered by their place: first named, first listed."""
    known = (guide or load_guide()).sources
    named = dict.fromkeys(source for section in sections for source in section.sources)
    return tuple(known[source] for source in named)


def _fit(fits: Fits, case: GuideCase) -> bool:
    return (
        (not fits.diagnoses or case.diagnosis in fits.diagnoses)
        and (not fits.stages or case.stage in fits.stages)
        and (not fits.statuses or case.status in fits.statuses)
    )
