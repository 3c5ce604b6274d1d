"""The documents of one family, and which of their parts a clinician has signed as they stand."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from intake.documents.choose import Case
from intake.documents.content import Kind, Review, Section
from intake.documents.data import Reviews, Wanted
from intake.documents.load import load_document
from intake.errors import BadInput
from intake.models.guidance import GuidanceSignOff
from intake.models.lead import Lead
from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus
from intake.services import doctor_list, sign_offs
from intake.services.sign_offs import RowStanding, Word

__all__ = ["Wanted", "case_of", "digest", "for_lead", "history", "reviews", "sign", "standings"]


# Of a document in a language: sign_offs.WORDS when its reviews were read, and the reviews.
_read: dict[tuple[Kind, Language], tuple[str, Reviews]] = {}


def for_lead(session: Session, lead: Lead, kind: Kind, *, words: str = "") -> Wanted:
    """A document as this family gets it, in its language. `lead.patient` must be loaded.

    `words`: sign_offs.WORDS as whoever writes to many has just read them; the reviews are not read again
    while those are the same.
    """
    language = Language(lead.language)
    return Wanted(
        kind=kind,
        case=case_of(lead),
        language=language,
        doctors=doctor_list.doctors_of(session, lead) if kind is Kind.DOCTORS else (),
        reviews=_reviews_of(session, kind, language, words),
    )


def _reviews_of(session: Session, kind: Kind, language: Language, words: str) -> Reviews:
    known, found = _read.get((kind, language), ("", ()))
    if words and words == known:
        return found
    found = reviews(session, kind, language)
    if words:
        _read[kind, language] = (words, found)
    return found


def case_of(lead: Lead) -> Case:
    return Case(
        diagnosis=Diagnosis(lead.diagnosis),
        stage=Stage(lead.stage),
        status=TreatmentStatus(lead.treatment_status),
    )


def row_id(kind: Kind, section: Section) -> str:
    """Bound to the language of the words: an English text that stands in keeps its English review."""
    return f"{kind}/{section.language}/{section.id}"


def standings(session: Session, kind: Kind, language: Language) -> dict[str, RowStanding]:
    """The standing of every part of a document, by part, in the order of reading."""
    sections = load_document(kind, language).sections
    found = sign_offs.standings(session, _digests(kind, sections))
    return {section.id: found[row_id(kind, section)] for section in sections}


def reviews(session: Session, kind: Kind, language: Language) -> Reviews:
    """The clinicians' yes by part: what page and PDF name in place of "awaiting clinical review"."""
    return tuple(
        (part, Review(standing.by, standing.on))
        for part, standing in standings(session, kind, language).items()
        if standing.signed and standing.by and standing.on
    )


def digest(kind: Kind, language: Language) -> str:
    """Of every word of a document: what a page showed, to know that it is still what is signed."""
    digests = _digests(kind, load_document(kind, language).sections)
    return sha256(repr(digests).encode()).hexdigest()


def sign(session: Session, kind: Kind, language: Language, part: str, word: Word, *, now: datetime) -> int:
    """Keep a clinician's word on one part as it reads now, on all with an empty `part`; return how many.

    Raises BadInput when the document has no such part, when there is no name, or a refusal has no comment.
    """
    sections = load_document(kind, language).sections
    read = [section for section in sections if part in ("", section.id)]
    if not read:
        raise BadInput(f"Part: the document has no part {part}. Choose one from the list.")
    sign_offs.keep(session, "document", _digests(kind, tuple(read)), word, now=now)
    return len(read)


def history(session: Session, kind: Kind, language: Language) -> list[GuidanceSignOff]:
    """Every word ever given on the document's parts, newest first."""
    return sign_offs.history(session, _digests(kind, load_document(kind, language).sections))


def _digests(kind: Kind, sections: tuple[Section, ...]) -> dict[str, str]:
    return {row_id(kind, section): section.digest for section in sections}
