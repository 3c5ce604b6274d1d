"""A big directory and many open leads in the database, made by SQL alone. Nobody in it exists."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from intake.models.lead import Lead
from intake.models.match import MatchSet
from intake.rules.expertise import Expertise
from intake.rules.facts import CellType, Diagnosis, Stage, Travel, TreatmentStatus
from intake.rules.taxonomy import SPECIALTIES

ZIPS = ("77030", "10029", "02115", "60611", "90033", "98104", "80218", "59715", "99501", "33136")

_STEPS = (
    "SELECT setseed(0.5)",
    """
    INSERT INTO centre (id, name, city, state, designation, source, seen_on, sample)
    SELECT gen_random_uuid(), 'Sample centre ' || n, 'Springfield', 'IL',
        (ARRAY['mesothelioma_program', 'nci_comprehensive', 'nci_clinical', 'va', NULL, NULL])[1 + n % 6],
        'bench', DATE '2026-11-01', true
    FROM generate_series(1, 200) AS n
    """,
    """
    INSERT INTO doctor (id, npi, first_name, last_name, status, sample, languages, accepts_new,
        video_opinion, volume_band, source, seen_on, verified_on, updated_at)
    SELECT gen_random_uuid(), (1000000000 + n * 7)::text, 'Sample', 'doctor ' || n, 'verified', true,
        CASE WHEN random() < 0.2 THEN '["es"]' ELSE '[]' END::jsonb, random() < 0.9, random() < 0.3,
        (ARRAY['high', 'some', 'few', NULL, NULL])[1 + floor(random() * 5)::int], 'bench',
        DATE '2026-11-01', DATE '2026-11-20' - floor(random() * 800)::int, now()
    FROM generate_series(1, :size) AS n
    """,
    """
    INSERT INTO doctor_specialty (doctor_id, taxonomy_code, is_primary)
    SELECT id, (CAST(:codes AS text[]))[1 + floor(random() * :code_count)::int], true FROM doctor
    """,
    """
    INSERT INTO doctor_expertise (doctor_id, code, source, verified_on, verified_by)
    SELECT id, (CAST(:skills AS text[]))[1 + floor(random() * :skill_count)::int], 'bench',
        DATE '2026-11-01', 'bench'
    FROM doctor, generate_series(1, 4) ON CONFLICT DO NOTHING
    """,
    """
    WITH numbered AS (SELECT id, row_number() OVER () AS n FROM centre)
    INSERT INTO location (id, doctor_id, centre_id, line_1, city, state, zip, phone, latitude, longitude,
        source, seen_on)
    SELECT gen_random_uuid(), drawn.id, numbered.id, '100 Sample Street', 'Springfield', 'IL', '62701',
        '+15555550100', 25 + 24 * random(), -124 + 57 * random(), 'bench', DATE '2026-11-01'
    FROM (SELECT id, 1 + floor(random() * 250)::int AS n FROM doctor, generate_series(1, 2)) AS drawn
    LEFT JOIN numbered USING (n)
    """,
    "INSERT INTO directory_version (id, number) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET number = 1",
)


def fill_directory(session: Session, size: int) -> None:
    """`size` verified sample doctors: one specialty, up to four skills and two locations each."""
    codes = [sorted(row.codes)[0] for row in SPECIALTIES.values()]
    skills = [code.value for code in Expertise]
    session.execute(text("SET LOCAL statement_timeout = 0"))
    given: dict[str, Any] = {
        "size": size,
        "codes": codes,
        "code_count": len(codes),
        "skills": skills,
        "skill_count": len(skills),
    }
    for step in _STEPS:
        named = {name: value for name, value in given.items() if f":{name}" in step}
        session.execute(text(step), named)


def fill_leads(session: Session, count: int, *, seed: int = 1) -> None:
    """Open leads of every cell all over the country, each with an empty list of an older directory."""
    chance, now = Random(seed), datetime(2026, 1, 1, tzinfo=UTC)
    leads = [_lead(chance, number, now) for number in range(count)]
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(insert(Lead), leads)
    session.execute(insert(MatchSet), [_set(lead["id"], now) for lead in leads])


def _lead(chance: Random, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "reference": f"B{number:07}",
        "submission_id": str(uuid4()),
        "kind": "match",
        "status": "open",
        "created_at": now,
        "version": 1,
        "relation": "self",
        "diagnosis": chance.choice([*Diagnosis]).value,
        "cell_type": chance.choice([*CellType]).value,
        "stage": chance.choice([*Stage]).value,
        "treatment_status": chance.choice([*TreatmentStatus]).value,
        "zip": chance.choice(ZIPS),
        "state": None,
        "travel": chance.choice([*Travel]).value,
        "veteran": chance.random() < 0.1,
        "time_zones": ["America/Chicago"],
        "time_zone_certain": True,
        "language": "en",
        "voicemail_may_mention": False,
        "wants_call": False,
        "wants_guide": False,
        "status_token_sealed": b"",
        "status_token_blind": number.to_bytes(8, "big"),
    }


def _set(lead_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "lead_id": lead_id,
        "current": True,
        "created_at": now,
        "rule_version": "of older rules",
        "directory_version": 0,
        "widened": False,
        "excluded": json.loads("{}"),
        "nearer": [],
        "differences": [],
    }
