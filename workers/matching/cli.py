"""`advocate match`: what a family with these facts would be shown, and why."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import click

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput, UnknownPlace
from intake.places import Place, find_place, normalise_zip
from intake.rules.facts import (
    CellType,
    Diagnosis,
    Insurance,
    Language,
    Relation,
    Stage,
    Travel,
    TreatmentStatus,
)
from intake.rules.nearer_words import NEARER_TEXTS
from intake.rules.reason_words import text_for
from intake.rules.reasons import Reason
from intake.rules.relations import words_for
from intake.services import guidance
from intake.services.sign_offs import RowStanding
from workers.matching.case import MatchCase
from workers.matching.match_lead import directory
from workers.matching.rank import MatchResult, Ranked, match

_WORDS = words_for(Relation.SELF)


def _choice(values: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([value.value for value in values])


@click.command()
@click.option("--diagnosis", type=_choice(Diagnosis), required=True)
@click.option("--cell-type", type=_choice(CellType), default=CellType.UNKNOWN.value)
@click.option("--stage", type=_choice(Stage), default=Stage.UNKNOWN.value)
@click.option("--status", type=_choice(TreatmentStatus), default=TreatmentStatus.UNSURE.value)
@click.option("--zip", "zip_code", required=True, help="Five digits.")
@click.option("--travel", type=_choice(Travel), default=Travel.UNSURE.value)
@click.option("--language", type=_choice(Language), default=Language.ENGLISH.value)
@click.option("--veteran", is_flag=True, help="Also name doctors of veterans' hospitals, beside the list.")
@click.option("--insurance", type=_choice(Insurance), help="A kind of cover; it never leaves a doctor out.")
@click.option("--limit", type=click.IntRange(1, 100), default=10)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(zip_code: str, limit: int, as_json: bool, **facts: Any) -> None:
    """Rank the directory for a case. A ZIP without a place exits 2 with a question."""
    try:
        place = _place(zip_code)
    except BadInput as wrong:
        click.echo(f"advocate match: {wrong}", err=True)
        sys.exit(2)
    # One connection for the question, one for reading the directory.
    db.connect(Settings.from_env(), pool_size=2)
    with transaction() as session:
        snapshot = directory().snapshot(session)
        result = match(_case(place, facts), snapshot, today=datetime.now(UTC).date(), limit=limit)
        standings = guidance.standing_of(session, result.guidance.row_ids)
    click.echo(json.dumps(_as_dict(result, standings)) if as_json else _as_text(result, standings))


def _place(zip_code: str) -> Place:
    """Raises BadInput for what is no ZIP, UnknownPlace for one that lies nowhere."""
    digits = normalise_zip(zip_code)
    place = find_place(digits)
    if place is None or place.lat is None:
        raise UnknownPlace(f"ZIP code {digits} has no place on the map. Which town and state is it in?")
    return place


def _case(place: Place, facts: Mapping[str, Any]) -> MatchCase:
    return MatchCase(
        diagnosis=Diagnosis(facts["diagnosis"]),
        cell_type=CellType(facts["cell_type"]),
        stage=Stage(facts["stage"]),
        status=TreatmentStatus(facts["status"]),
        lat=place.lat,
        lon=place.lon,
        state=place.state,
        travel=Travel(facts["travel"]),
        language=Language(facts["language"]),
        veteran=facts["veteran"],
        insurance=Insurance(facts["insurance"]) if facts["insurance"] else None,
    )


def _as_dict(result: MatchResult, standings: Sequence[RowStanding]) -> dict[str, object]:
    return {
        "rule_version": result.rule_version,
        "directory_version": result.directory_version,
        "matches": [_line(ranked) for ranked in result.matches],
        "beside": [_line(ranked) for ranked in result.beside],
        "nearer": [{**reason.to_json(), "text": _nearer_text(reason)} for reason in result.nearer],
        "guidance": [standing.to_json() for standing in standings],
        "excluded": result.excluded,
        "widened": result.widened,
    }


def _line(ranked: Ranked) -> dict[str, object]:
    reasons = [{**reason.to_json(), "text": text_for(reason, _WORDS)} for reason in ranked.reasons]
    return {**ranked.summary(), "reasons": reasons}


def _nearer_text(reason: Reason) -> str:
    return NEARER_TEXTS[reason.code](reason.params, _WORDS)


def _as_text(result: MatchResult, standings: Sequence[RowStanding]) -> str:
    lines = [f"rules {result.rule_version}"]
    unsigned = [standing.row for standing in standings if not standing.signed]
    if unsigned:
        lines.append(f"guidance not signed by a clinician: {', '.join(unsigned)}")
    for ranked in result.matches:
        lines += _paragraph(ranked)
    if result.beside:
        lines.append("beside the list:")
    for ranked in result.beside:
        lines += _paragraph(ranked)
    lines += [f"not on the list: {_nearer_text(reason)}" for reason in result.nearer]
    lines += [f"left out: {code} {count}" for code, count in sorted(result.excluded.items())]
    return "\n".join(lines)


def _paragraph(ranked: Ranked) -> list[str]:
    first = f"{ranked.rank:>3}. {ranked.doctor.name}, {ranked.centre or 'no centre'}  {ranked.score:g}"
    return [first, *(f"     {text_for(reason, _WORDS)}" for reason in ranked.reasons)]
