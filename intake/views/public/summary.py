"""The answers in words, for the page where they are checked: one row for each question page."""

from dataclasses import dataclass
from datetime import date

from intake.forms import answers as say
from intake.forms.times import ZONES, say_date
from intake.language import current, gettext
from intake.language import lazy_gettext as _
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

NOT_GIVEN = _("not given")


@dataclass(frozen=True)
class Row:
    """What was asked, what was said, and on which page it can be changed."""

    asked: str
    said: list[str]
    slug: str


def rows(answers: Answers) -> list[Row]:
    diagnosis = Diagnosis(answers["diagnosis"])
    known = diagnosis is not Diagnosis.UNSURE
    return [
        Row(gettext("Who this is for"), [say.RELATION[Relation(answers["relation"])]], "who"),
        Row(gettext("What the doctors found"), _findings(answers, diagnosis), "diagnosis"),
        *([Row(gettext("Stage and treatment"), _progress(answers), "stage")] if known else []),
        Row(gettext("Place"), _place(answers), "place"),
        Row(gettext("Name"), _names(answers), "name"),
        Row(gettext("How we reach you"), _ways(answers), "reach"),
        Row(gettext("Your call"), _call(answers), "call"),
    ]


def _findings(answers: Answers, diagnosis: Diagnosis) -> list[str]:
    cell_type = answers.get("cell_type")
    cell_words = say.CELL_TYPE[CellType(cell_type)] if cell_type else NOT_GIVEN
    return [say.DIAGNOSIS[diagnosis], gettext("Cell type: %(answer)s", answer=cell_words)]


def _progress(answers: Answers) -> list[str]:
    stage, status = answers.get("stage"), answers.get("status")
    return [
        say.STAGE[Stage(stage)] if stage else gettext("Stage: %(answer)s", answer=NOT_GIVEN),
        say.TREATMENT_STATUS[TreatmentStatus(status)]
        if status
        else gettext("Treatment: %(answer)s", answer=NOT_GIVEN),
    ]


def _place(answers: Answers) -> list[str]:
    travel = answers.get("travel")
    distance = say.TRAVEL[Travel(travel)] if travel else NOT_GIVEN
    return [_said_place(answers), gettext("Travel: %(answer)s", answer=distance)]


def _said_place(answers: Answers) -> str:
    found = find_place(answers.get("zip_code") or "")
    if found:
        return f"{found.zip}, {found.city}, {found.state}"
    state = STATES.get(answers.get("state") or "")
    return ", ".join(part for part in (answers.get("zip_code"), gettext(state.name) if state else "") if part)


def _names(answers: Answers) -> list[str]:
    name = " ".join(part for part in (answers["first_name"], answers.get("last_name")) if part)
    patient = answers.get("patient_first_name") or NOT_GIVEN
    return [name] if is_for_self(answers) else [name, gettext("Who is ill: %(answer)s", answer=patient)]


def _ways(answers: Answers) -> list[str]:
    language = Language(answers.get("language") or current())
    return [
        spoken_phone(answers),
        gettext("Email: %(answer)s", answer=answers.get("email") or NOT_GIVEN),
        say.LANGUAGE[language],
        say.VOICEMAIL_CHECKED[answers.get("voicemail") or "no"],
    ]


def _call(answers: Answers) -> list[str]:
    part = DayPart(answers.get("day_part") or DayPart.ANY)
    zone_words = dict(ZONES).get(place.calling_zone(answers) or "")
    hours = f"{say.DAY_PART[part]}, {zone_words}" if zone_words else say.DAY_PART[part]
    return [_said_day(answers), hours]


def _said_day(answers: Answers) -> str:
    day = CallDay(answers["call_day"])
    if day is not CallDay.ON_DATE:
        return say.CALL_DAY[day]
    return say_date(date.fromisoformat(answers["call_date"]))
