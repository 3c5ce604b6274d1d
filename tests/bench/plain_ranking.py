"""The same ranking done two other ways, to measure against: the least numpy pass, and one SQL statement.

Both do a pleural stage 1 family without wishes: masks, nearest of the locations, points, the cap.
"""

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import expertise_mask
from intake.rules.guidance import shown_by
from intake.rules.taxonomy import specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching import points
from workers.matching.case import Question
from workers.matching.geo import EARTH_MILES, unit_vector
from workers.matching.snapshot import Snapshot


def least_pass(question: Question, snapshot: Snapshot) -> list[int]:
    """Positions of the first ten: every array touched once, nothing explained, counted or kept."""
    guidance, case = question.guidance, question.case
    assert case.place is not None
    wanted = np.uint32(specialty_mask(guidance.specialties))
    shown = np.uint64(expertise_mask(shown_by(case.diagnosis)))
    fits = ((snapshot.specialties & wanted) != 0) & ((snapshot.expertise & shown) != 0) & snapshot.open
    doctors = np.flatnonzero(fits)
    score = points.standing(snapshot, question.today, surgical=guidance.surgical)[doctors]
    score = score + points.specialty(question, snapshot.specialties[doctors] & wanted)
    score += points.expertise(question, snapshot.expertise[doctors])
    most = WEIGHTS.balance(surgical=guidance.surgical).distance
    near = np.minimum(*(_miles(snapshot, snapshot.starts[doctors] + n, case.place) for n in (0, 1)))
    total = score + np.rint(most * WEIGHTS.half_at_miles / (WEIGHTS.half_at_miles + near))
    top = np.argpartition(-total, 100)[:100]
    return _capped(snapshot, doctors[top[np.argsort(-total[top], kind="stable")]])


def _miles(snapshot: Snapshot, rows: NDArray[np.int32], place: tuple[float, float]) -> NDArray[np.float64]:
    x, y, z = unit_vector(place)
    at = snapshot.vectors
    half = ((at[0][rows] - x) ** 2 + (at[1][rows] - y) ** 2 + (at[2][rows] - z) ** 2) / 4
    miles: NDArray[np.float64] = 2 * EARTH_MILES * np.arcsin(np.sqrt(half))
    return miles


def _capped(snapshot: Snapshot, order: NDArray[np.int64]) -> list[int]:
    kept: list[int] = []
    for doctor in order.tolist():
        same = sum(snapshot.centre[other] == snapshot.centre[doctor] for other in kept)
        if snapshot.centre[doctor] < 0 or same < WEIGHTS.per_centre:
            kept.append(doctor)
        if len(kept) == WEIGHTS.limit:
            break
    return kept


ONE_STATEMENT = """
WITH suitable AS MATERIALIZED (
    SELECT doctor.id, npi, video_opinion, verified_on, volume_band, accepts_new,
        (SELECT max(CASE taxonomy_code WHEN '208G00000X' THEN 20 WHEN '207RX0202X' THEN 16
            WHEN '207RH0003X' THEN 16 WHEN '2085R0001X' THEN 12 ELSE 10 END)
         FROM doctor_specialty WHERE doctor_id = doctor.id AND taxonomy_code = ANY(:codes)) AS kind,
        (SELECT 8 * bool_or(code = ANY(:shown))::int + 6 * bool_or(code = :leading)::int
            + 2 * least(2, count(*) FILTER (WHERE code = ANY(:further)))
         FROM doctor_expertise WHERE doctor_id = doctor.id) AS skill
    FROM doctor WHERE status = 'verified' AND accepts_new IS NOT FALSE
        AND EXISTS (SELECT FROM doctor_specialty
            WHERE doctor_id = doctor.id AND taxonomy_code = ANY(:codes))
        AND EXISTS (SELECT FROM doctor_expertise WHERE doctor_id = doctor.id AND code = ANY(:shown))
), placed AS (
    SELECT suitable.*, place.miles, place.centre_id, place.designation FROM suitable JOIN (
        SELECT doctor_id, min(centre_id::text) AS centre_id, min(designation) AS designation,
            min(7917.5226 * asin(sqrt(power(sin(radians(location.latitude - :lat) / 2), 2)
                + cos(radians(:lat)) * cos(radians(location.latitude))
                * power(sin(radians(location.longitude - :lon) / 2), 2)))) AS miles
        FROM location LEFT JOIN centre ON centre.id = centre_id
        WHERE doctor_id IN (SELECT id FROM suitable) GROUP BY doctor_id
    ) AS place ON place.doctor_id = suitable.id
), scored AS (
    SELECT id, npi, centre_id, kind + skill
        + CASE volume_band WHEN 'high' THEN 24 WHEN 'some' THEN 16 WHEN 'few' THEN 8 ELSE 0 END
        + CASE designation WHEN 'mesothelioma_program' THEN 16 WHEN 'va' THEN 0
            ELSE CASE WHEN designation IS NULL THEN 0 ELSE 8 END END
        + round((7 * 100 / (100 + miles))::numeric, 3) + CASE WHEN accepts_new THEN 3 ELSE 1 END
        + CASE WHEN video_opinion THEN 2 ELSE 0 END + 6
        + CASE WHEN verified_on > DATE '2026-11-24' - 180 THEN 4
            WHEN verified_on > DATE '2026-11-24' - 365 THEN 3
            WHEN verified_on > DATE '2026-11-24' - 730 THEN 1 ELSE 0 END AS score
    FROM placed
), capped AS (
    SELECT *, row_number() OVER (PARTITION BY coalesce(centre_id, id::text) ORDER BY score DESC, npi) AS nth
    FROM scored
)
SELECT id, score FROM capped WHERE nth <= 2 ORDER BY score DESC, npi LIMIT 10
"""
