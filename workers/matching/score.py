"""Points of every doctor in the field, in one vectorised pass.

Parts are whole thousandths of a point, so a score is exactly the sum of its parts. Nothing here
reads a payment: there is none in the snapshot. explain.py computes the same parts one doctor at a
time; a property test holds the two together.
"""

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import expertise_mask
from intake.rules.guidance import shown_by
from intake.rules.taxonomy import specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching.case import Question
from workers.matching.rules import Field
from workers.matching.snapshot import DESIGNATIONS, LANGUAGE_BITS, VOLUMES

PARTS = ("specialty", "expertise", "centre", "distance", "availability", "language", "freshness")

Points = NDArray[np.int32]


def parts_of_field(question: Question, field: Field) -> dict[str, Points]:
    """Each part of PARTS in thousandths of a point, shape (k,) like `field.doctors`."""
    return {
        "specialty": _specialty(question, field),
        "expertise": _expertise(question, field),
        "centre": _centre(question, field),
        "distance": _distance(question, field),
        "availability": _availability(field),
        "language": _language(question, field),
        "freshness": _freshness(question, field),
    }


def totals(parts: dict[str, Points]) -> Points:
    """The scores, in thousandths."""
    total: Points = np.sum(list(parts.values()), axis=0, dtype=np.int32)
    return total


def _specialty(question: Question, field: Field) -> Points:
    tiers = question.guidance.tiers
    points = np.zeros(len(field.doctors), np.int32)
    for priority in reversed(range(len(tiers))):
        mask = np.uint32(specialty_mask(tiers[priority]))
        points[(field.roles & mask) != 0] = WEIGHTS.for_priority(priority)
    return points


def _expertise(question: Question, field: Field) -> Points:
    treatments = question.guidance.treatments
    known = field.snapshot.expertise[field.doctors]
    shown = np.uint64(expertise_mask(shown_by(question.case.diagnosis)))
    leading = np.uint64(expertise_mask(treatments[:1]))
    further = np.uint64(expertise_mask(treatments[1:]))
    counted = np.minimum(np.bitwise_count(known & further), WEIGHTS.further_most)
    points: Points = counted.astype(np.int32) * np.int32(WEIGHTS.further_treatment)
    points[(known & shown) != 0] += WEIGHTS.type_shown
    points[(known & leading) != 0] += WEIGHTS.leading_treatment
    return points


def _centre(question: Question, field: Field) -> Points:
    balance = WEIGHTS.balance(surgical=question.guidance.surgical)
    volume = np.array([balance.volume.get(band or "", 0) for band in VOLUMES], np.int32)
    designation = np.array([balance.designation.get(kind or "", 0) for kind in DESIGNATIONS], np.int32)
    points: Points = volume[field.snapshot.volume[field.doctors]]
    points += designation[field.snapshot.designation[field.doctors]]
    return points


def _distance(question: Question, field: Field) -> Points:
    most = WEIGHTS.balance(surgical=question.guidance.surgical).distance
    if question.case.place is not None:
        half = WEIGHTS.half_at_miles
        return np.rint(most * half / (half + field.miles)).astype(np.int32)
    if question.case.home_state is None:
        return np.zeros(len(field.doctors), np.int32)
    elsewhere = most * WEIGHTS.other_state_percent // 100
    return np.where(field.in_state, most, elsewhere).astype(np.int32)


def _availability(field: Field) -> Points:
    points: Points = np.where(
        field.snapshot.accepts[field.doctors] > 0, WEIGHTS.accepting, WEIGHTS.accepting_unknown
    ).astype(np.int32)
    points[field.snapshot.video[field.doctors]] += WEIGHTS.video
    return points


def _language(question: Question, field: Field) -> Points:
    wanted = np.uint8(LANGUAGE_BITS[question.case.language])
    spoken: Points = ((field.snapshot.languages[field.doctors] & wanted) != 0).astype(np.int32)
    return spoken * np.int32(WEIGHTS.spoken)


def _freshness(question: Question, field: Field) -> Points:
    age = question.today.toordinal() - field.snapshot.verified[field.doctors]
    points = np.zeros(len(field.doctors), np.int32)
    for days, worth in reversed(WEIGHTS.freshness):
        points[age <= days] = worth
    return points
