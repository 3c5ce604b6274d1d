"""A document for one case as plain values: what the page and the PDF are both made from."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from intake.documents.choose import ANYBODY, Case, sections_for, sources_for
from intake.documents.content import Document, Kind, Question, Review, Section, Source
from intake.documents.load import load_document, load_labels
from intake.rules.facts import Language, TreatmentStatus

# The clinicians' yes by part: pairs, so that what is wanted can be a key.
Reviews = tuple[tuple[str, Review], ...]
IN_REMISSION = (TreatmentStatus.FULL_REMISSION, TreatmentStatus.PARTIAL_REMISSION)
_WITH_DOCTORS, _WITHOUT_DOCTORS = "list", "none"


class Named(Protocol):
    """What a cover needs; intake.organisation.Organisation has it."""

    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def sample(self) -> bool: ...


@dataclass(frozen=True)
class Brand:
    """Whose document it is. `sample` puts a line on the cover."""

    name: str
    phone: str
    sample: bool

    @classmethod
    def of(cls, organisation: Named) -> "Brand":
        return cls(organisation.name, organisation.phone, organisation.sample)


@dataclass(frozen=True, kw_only=True)
class DoctorEntry:
    """A doctor as a list says it; `distance` is "about 12 miles", `phone` as people write it.

    `key`: the NPI, or our id. `phone_link`: E.164, for a tap. `at`: latitude, longitude and state.
    `chosen`: a nurse spoke about her with the family; `off_list`: and a newer list does not name her.
    """

    key: str
    name: str
    centre: str | None
    place: str
    distance: str | None
    phone: str | None
    phone_link: str | None
    reasons: tuple[str, ...]
    sample: bool
    at: tuple[float, float, str] | None = None
    chosen: bool = False
    off_list: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which document, for whom; hashable. `reviews`: of the parts of this document as they stand."""

    kind: Kind
    case: Case = ANYBODY
    language: Language = Language.ENGLISH
    doctors: tuple[DoctorEntry, ...] = ()
    reviews: Reviews = ()


def document_data(wanted: Wanted, brand: Brand) -> dict[str, Any]:
    """All that a template is given. The same words for the same case, whoever asks."""
    document = load_document(wanted.kind, wanted.language)
    sections = _sections(wanted, document)
    sources = sources_for(sections)
    labels = load_labels(document.language)
    return {
        "kind": wanted.kind,
        "brand": asdict(brand),
        "language": document.language,
        "asked": wanted.language,
        "title": document.title,
        "subject": document.subject,
        "version": document.version,
        "labels": labels,
        "review": _review_line(sections, wanted.reviews, labels),
        "sections": [_section(section, sources, wanted) for section in sections],
        "sources": [asdict(source) for source in sources],
    }


def _sections(wanted: Wanted, document: Document) -> tuple[Section, ...]:
    found = sections_for(_read_by(wanted), document)
    if wanted.kind is not Kind.DOCTORS:
        return found
    left_out = _WITHOUT_DOCTORS if wanted.doctors else _WITH_DOCTORS
    return tuple(section for section in found if section.id != left_out)


def _read_by(wanted: Wanted) -> Case:
    """Whoever opens "After treatment" has treatment behind, even when nobody has said so yet."""
    if wanted.kind is not Kind.AFTER_TREATMENT or wanted.case.status in IN_REMISSION:
        return wanted.case
    return replace(wanted.case, status=TreatmentStatus.FULL_REMISSION)


def _section(section: Section, sources: tuple[Source, ...], wanted: Wanted) -> dict[str, Any]:
    numbers = sorted(sources.index(source) + 1 for source in section.sources)
    shows_doctors = wanted.kind is Kind.DOCTORS and section.id == _WITH_DOCTORS
    return {
        "id": section.id,
        "title": section.title,
        "language": section.language,
        "asked": wanted.language,
        "only": "" if section.language == wanted.language else load_labels(wanted.language)["only_english"],
        "blocks": [asdict(block) for block in section.blocks],
        "questions": [_question(question) for question in section.questions],
        "doctors": [asdict(doctor) for doctor in wanted.doctors] if shows_doctors else [],
        "note": _note(section, numbers, wanted),
    }


def _question(question: Question) -> dict[str, str]:
    return {"id": question.id, "text": question.text, "language": question.language}


def _note(section: Section, numbers: list[int], wanted: Wanted) -> str:
    labels, review = load_labels(section.language), dict(wanted.reviews).get(section.id)
    version = labels["version"].format(version=section.version)
    standing = labels["reviewed"].format(by=review.by, on=review.on) if review else labels["awaiting"]
    named = labels["sources_of"].format(numbers=", ".join(map(str, numbers))) + " " if numbers else ""
    return f"{named}{version}, {standing}."


def _review_line(sections: Iterable[Section], reviews: Reviews, labels: dict[str, Any]) -> str:
    signed = {part for part, _ in reviews} >= {section.id for section in sections}
    return str(labels["all_reviewed"] if signed else labels["not_all_reviewed"])
