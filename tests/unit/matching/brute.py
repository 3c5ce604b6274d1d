"""The same ranking written the slow way: plain loops, classic haversine, the tables read afresh.

It shares with the product only the guidance of a cell. It is what the fast pass is held against.
"""

import tomllib
from datetime import date
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import intake.rules
from intake.rules.guidance import Guidance, guidance_for
from workers.matching.case import MatchCase
from workers.matching.snapshot import DoctorRow, LocationRow

_HERE = Path(intake.rules.__file__).parent
_WEIGHTS = tomllib.loads((_HERE / "weights.toml").read_text())
_TAXONOMY = tomllib.loads((_HERE / "taxonomy.toml").read_text())
_SHOWN = tomllib.loads((_HERE / "guidance.toml").read_text())["by_type"]["shown_by"]
_NCI = {"Comprehensive Cancer Center": "nci_comprehensive", "Cancer Center": "nci_clinical"}
_BEST_DESIGNATION = ["mesothelioma_program", "nci_comprehensive", "nci_clinical", "va"]


def miles_between(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    north = sin(radians(lat_b - lat_a) / 2) ** 2
    east = cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2
    return 2 * 3958.7613 * asin(sqrt(north + east))


def brute_match(
    case: MatchCase, doctors: list[DoctorRow], locations: list[LocationRow], *, today: date
) -> tuple[list[tuple[str, float]], dict[str, int], bool]:
    """([(id, score), ...] best first, {exclusion: n}, widened)."""
    guidance = guidance_for(case.diagnosis, case.cell_type, case.stage, case.status)
    shown = _shown(case)
    excluded: dict[str, int] = {}
    left = []
    for doctor in doctors:
        own = [location for location in locations if location.doctor_id == doctor.id]
        if code := _first_exclusion(doctor, own, guidance, shown):
            excluded[code] = excluded.get(code, 0) + 1
        else:
            left.append((doctor, own, _nearest(case, own)))
    left, widened = _near_enough(case, left, excluded)
    scored = [
        (-_score(case, guidance, shown, *entry, today), entry[0].npi is None, entry[0].npi or "", entry[0].id)
        for entry in left
    ]
    order = [(id, -minus) for minus, _, _, id in sorted(scored)]
    rows = {doctor.id: (doctor, own, miles) for doctor, own, miles in left}
    return _listed(order, rows, guidance, shown), excluded, widened


def _shown(case: MatchCase) -> set[str]:
    if case.diagnosis == "unsure":
        return {code for codes in _SHOWN.values() for code in codes}
    return set(_SHOWN[case.diagnosis])


def _roles(doctor: DoctorRow, shown: set[str] | None) -> list[str]:
    roles = []
    for row in _TAXONOMY["specialty"]:
        has = any(code in row["codes"] for code in doctor.taxonomy_codes)
        allowed = "requires" not in row or row["requires"] in doctor.expertise
        serves = (
            shown is None
            or any(code in shown for code in doctor.expertise)
            or row.get("any_type_with") in doctor.expertise
        )
        if has and allowed and serves:
            roles.append(row["short"])
    return roles


def _first_exclusion(
    doctor: DoctorRow, own: list[LocationRow], guidance: Guidance, shown: set[str]
) -> str | None:
    specialties = _roles(doctor, None)
    if not specialties and any(code in _TAXONOMY["paediatric"] for code in doctor.taxonomy_codes):
        return "paediatric"
    if not specialties and any(code in _TAXONOMY["trainee"] for code in doctor.taxonomy_codes):
        return "trainee"
    if not any(short in guidance.specialties for short in specialties):
        return "not_relevant_specialty"
    if not any(short in guidance.specialties for short in _roles(doctor, shown)):
        return "no_mesothelioma_expertise_for_type"
    if doctor.accepts_new is False:
        return "not_accepting"
    return None if own else "no_location"


def _nearest(case: MatchCase, own: list[LocationRow]) -> float | None:
    if case.lat is None or case.lon is None:
        return None
    known = [(row.lat, row.lon) for row in own if row.lat is not None and row.lon is not None]
    return min((miles_between(case.lat, case.lon, lat, lon) for lat, lon in known), default=None)


def _near_enough(case: MatchCase, left: list[Any], excluded: dict[str, int]) -> tuple[list[Any], bool]:
    limits = {"hour": [60, 250, None], "half_day": [250, None]}.get(case.travel, [None])
    if case.lat is None or not left:
        return left, False
    for limit in limits:
        near = [e for e in left if limit is None or (e[2] is not None and e[2] <= limit)]
        if near:
            break
    for entry in left:
        if entry not in near:
            code = "no_location" if entry[2] is None else "too_far"
            excluded[code] = excluded.get(code, 0) + 1
    return near, limit != limits[0]


def _centre(own: list[LocationRow]) -> tuple[str | None, str | None]:
    """Designation and name of the centre that stands for a doctor."""
    best: tuple[int, str, str | None, str] | None = None
    for row in own:
        if row.centre is None:
            continue
        kind = _NCI.get(row.designation or "", row.designation)
        order = _BEST_DESIGNATION.index(kind) if kind else 99
        if best is None or (order, row.id) < best[:2]:
            best = (order, row.id, kind, row.centre)
    return (None, None) if best is None else (best[2], best[3])


def _score(  # noqa: PLR0917 - the whole formula on one screen is the point
    case: MatchCase,
    guidance: Guidance,
    shown: set[str],
    doctor: DoctorRow,
    own: list[LocationRow],
    miles: float | None,
    today: date,
) -> int:
    balance = _balance(guidance)
    roles = _roles(doctor, shown)
    table = _WEIGHTS["specialty"]["by_priority"]
    tiers = enumerate(guidance.tiers)
    worth = {s: 4 if s in guidance.opinions else table[min(i, 6)] for i, tier in tiers for s in tier}
    points = max(worth[short] for short in roles if short in worth)
    points += 8 if any(code in shown for code in doctor.expertise) else 0
    points += 6 if guidance.treatments[0] in doctor.expertise else 0
    points += 2 * min(2, sum(code in doctor.expertise for code in guidance.treatments[1:]))
    points += _experience(guidance, doctor, own)
    points += (3 if doctor.accepts_new else 1) + (2 if doctor.video else 0)
    taken = case.insurance is None or case.insurance in doctor.insurance
    points += 2 if taken else 1 - bool(doctor.insurance)
    points += 4 if case.language == "en" or case.language in doctor.languages else 0
    if doctor.verified_on is not None:
        age = (today - doctor.verified_on).days
        points += 4 if age <= 180 else 3 if age <= 365 else 1 if age <= 730 else 0
    return 1000 * int(points) + _distance(case, own, miles, balance["distance"])


def _distance(case: MatchCase, own: list[LocationRow], miles: float | None, most: int) -> int:
    if case.lat is not None:
        return 0 if miles is None else round(1000 * most * 100 / (100 + miles))
    if case.state is None:
        return 0
    return 1000 * most if any(row.state == case.state for row in own) else 250 * most


def _balance(guidance: Guidance) -> dict[str, Any]:
    table: dict[str, Any] = _WEIGHTS["surgical" if guidance.tiers[0][0] in {"TS", "SO", "UR"} else "general"]
    return table


def _experience(guidance: Guidance, doctor: DoctorRow, own: list[LocationRow]) -> int:
    balance = _balance(guidance)
    volume: int = balance["volume"].get(doctor.volume_band, 0)
    return volume + int(balance["designation"].get(_centre(own)[0], 0))


def _listed(
    order: list[tuple[str, int]], rows: dict[str, Any], guidance: Guidance, shown: set[str]
) -> list[tuple[str, float]]:
    """`order`: every doctor left, best first. The anchors come first, then the best; two per centre."""
    ids = [id for id, _ in order]
    centres = {id: _centre(rows[id][1])[1] for id in ids}
    taken: list[str] = []
    # The anchors first, each the best of its group for whom her centre has room; then the best.
    for group in [*_groups(ids, rows, guidance, shown), *([id] for id in ids)]:
        for id in group:
            full = centres[id] is not None and sum(centres[other] == centres[id] for other in taken) >= 2
            if id in taken or not full:
                taken += [id] if id not in taken and len(taken) < 10 else []
                break
    return [(id, points / 1000) for id, points in order if id in taken]


def _groups(ids: list[str], rows: dict[str, Any], guidance: Guidance, shown: set[str]) -> list[list[str]]:
    roles = {id: set(_roles(rows[id][0], shown)) for id in ids}
    leading = [id for id in ids if roles[id] & set(guidance.tiers[0])]
    experience = {id: _experience(guidance, *rows[id][:2]) for id in leading}
    most = max(experience.values(), default=0)
    placed = {id: rows[id][2] for id in leading if rows[id][2] is not None}
    groups = [
        [id for id in leading if most > 0 and experience[id] == most],
        [id for id in placed if placed[id] == min(placed.values())],
        [id for id in ids if roles[id] & set(guidance.opinions)],
        [id for id in ids if "PC" in roles[id] & set(guidance.specialties)],
    ]
    if guidance.treatments[0] == "pathology_review":
        groups.append([id for id in ids if "PA" in roles[id] & set(guidance.specialties)])
    return groups
