"""The answers in words, for the page where they are checked."""

from dataclasses import dataclass
from datetime import date

from intake.forms import answers as say
from intake.forms.times import ZONES
from intake.places import find_place
from intake.rules.facts import (
    CallDay,
    CellType,
    DayPart,
    Diagnosis,
    Language,
    Relation,
    Stage,
    Travel,
    TreatmentStatus,
)
from intake.rules.zones import STATES
from intake.views.public import place
from intake.views.public.new_lead import spoken_phone
from intake.views.public.questions import Answers, is_for_self

NOT_GIVEN = "Not given"


@dataclass(frozen=True)
class Row:
    """One line: what was asked, what was said, and on which page it can be changed."""

    asked: str
    said: str
    slug: str


def rows(answers: Answers) -> list[Row]:
    return [*_illness(answers), *_place(answers), *_people(answers), *_call(answers)]


def _illness(answers: Answers) -> list[Row]:
    diagnosis = Diagnosis(answers["diagnosis"])
    cell_type, stage, status = answers.get("cell_type"), answers.get("stage"), answers.get("status")
    illness = [
        Row("Who this is for", say.RELATION[Relation(answers["relation"])], "who"),
        Row("Type", say.DIAGNOSIS[diagnosis], "diagnosis"),
        Row("Cell type", say.CELL_TYPE[CellType(cell_type)] if cell_type else NOT_GIVEN, "diagnosis"),
    ]
    if diagnosis is Diagnosis.UNSURE:
        return illness
    return [
        *illness,
        Row("Stage", say.STAGE[Stage(stage)] if stage else NOT_GIVEN, "stage"),
        Row(
            "Where things stand",
            say.TREATMENT_STATUS[TreatmentStatus(status)] if status else NOT_GIVEN,
            "stage",
        ),
    ]


def _place(answers: Answers) -> list[Row]:
    travel = answers.get("travel")
    return [
        Row("Place", _said_place(answers), "place"),
        Row("How far to travel", say.TRAVEL[Travel(travel)] if travel else NOT_GIVEN, "place"),
    ]


def _said_place(answers: Answers) -> str:
    found = find_place(answers.get("zip_code") or "")
    if found:
        return f"{found.zip}, {found.city}, {found.state}"
    state = STATES.get(answers.get("state") or "")
    return ", ".join(part for part in (answers.get("zip_code"), state.name if state else "") if part)


def _people(answers: Answers) -> list[Row]:
    name = " ".join(part for part in (answers["first_name"], answers.get("last_name")) if part)
    patient = [] if is_for_self(answers) else [_patient(answers)]
    voicemail = answers.get("voicemail") or "no"
    language = Language(answers.get("language") or Language.ENGLISH)
    return [
        Row("Your name", name, "name"),
        *patient,
        Row("Phone", spoken_phone(answers), "reach"),
        Row("May a voicemail mention mesothelioma?", say.VOICEMAIL[voicemail], "reach"),
        Row("Language", say.LANGUAGE[language], "reach"),
        Row("Email", answers.get("email") or NOT_GIVEN, "reach"),
    ]


def _patient(answers: Answers) -> Row:
    return Row("First name of the person who is ill", answers.get("patient_first_name") or NOT_GIVEN, "name")


def _call(answers: Answers) -> list[Row]:
    part = DayPart(answers.get("day_part") or DayPart.ANY)
    zone = place.certain_zone(answers) or answers.get("time_zone")
    zone_words = dict(ZONES).get(zone or "")
    hours = say.DAY_PART[part] + (f", {zone_words}" if zone_words else "")
    return [Row("When we call", _said_day(answers), "call"), Row("Time of day", hours, "call")]


def _said_day(answers: Answers) -> str:
    day = CallDay(answers["call_day"])
    if day is not CallDay.ON_DATE:
        return say.CALL_DAY[day]
    on = date.fromisoformat(answers["call_date"])
    return f"{on:%A}, {on:%B} {on.day}"
