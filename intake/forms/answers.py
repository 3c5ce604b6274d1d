"""The words for every closed answer, in the order in which they are offered."""

from typing import cast

from babel.support import LazyProxy

from intake.language import lazy_gettext as _
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
from intake.rules.spoken import capital


def _begun(word: str) -> str:
    """With a capital, as an answer begins; inside a sentence Spanish writes it small."""
    return cast(str, LazyProxy(lambda: capital(str(word)), enable_cache=False))


RELATION = {
    Relation.SELF: _("Me"),
    Relation.PARTNER: _("My husband, wife or partner"),
    Relation.PARENT: _("My mother or father"),
    Relation.OTHER: _("Another relative or a friend"),
    Relation.HEALTH_WORKER: _("A patient of mine: I am a health worker"),
}

DIAGNOSIS = {
    Diagnosis.PLEURAL: _("Pleural: in the lining of the lungs"),
    Diagnosis.PERITONEAL: _("Peritoneal: in the lining of the belly"),
    Diagnosis.PERICARDIAL: _("Pericardial: in the lining of the heart"),
    Diagnosis.TESTICULAR: _("Testicular: in the lining around a testicle"),
    Diagnosis.UNSURE: _("Not sure yet, or waiting for tests"),
}

CELL_TYPE = {
    CellType.EPITHELIOID: _("Epithelioid"),
    CellType.SARCOMATOID: _("Sarcomatoid"),
    CellType.BIPHASIC: _("Biphasic (a mix of both)"),
    CellType.UNKNOWN: _("I do not know"),
}

STAGE = {
    Stage.ONE: _("Stage 1"),
    Stage.TWO: _("Stage 2"),
    Stage.THREE: _("Stage 3"),
    Stage.FOUR: _("Stage 4"),
    Stage.EARLY: _("The doctor said “early”"),
    Stage.ADVANCED: _("The doctor said “advanced”"),
    Stage.UNKNOWN: _("I do not know"),
}

TREATMENT_STATUS = {
    TreatmentStatus.NEW: _("Just found, no treatment yet"),
    TreatmentStatus.TREATMENT: _("In treatment now"),
    TreatmentStatus.FULL_REMISSION: _("Full remission: scans show no cancer"),
    TreatmentStatus.PARTIAL_REMISSION: _("Partial remission: it has shrunk"),
    TreatmentStatus.LOCAL_RECURRENCE: _("It came back near the same place"),
    TreatmentStatus.DISTANT_RECURRENCE: _("It came back in another part of the body"),
    TreatmentStatus.UNSURE: _("I am not sure"),
}

TRAVEL = {
    Travel.HOUR: _("About 1 hour"),
    Travel.HALF_DAY: _("Up to half a day"),
    Travel.ANYWHERE: _("Anywhere in the country"),
    Travel.UNSURE: _("Not sure yet"),
}

LANGUAGE = {Language.ENGLISH: _begun(_("English")), Language.SPANISH: _begun(_("Spanish"))}

VOICEMAIL = {"yes": _("Yes, that is fine"), "no": _("No, only leave a name and number")}

VOICEMAIL_CHECKED = {
    "yes": _("Voicemail may mention mesothelioma"),
    "no": _("Voicemail: only a name and number"),
}

CALL_DAY = {
    CallDay.NEXT_FREE: _("As soon as a nurse is free"),
    CallDay.TODAY: _("Later today"),
    CallDay.ON_DATE: _("On another day"),
}

DAY_PART = {
    DayPart.ANY: _("Any time"),
    DayPart.MORNING: _("Morning, 8 to noon"),
    DayPart.AFTERNOON: _("Afternoon, noon to 5"),
    DayPart.EVENING: _("Evening, 5 to 9"),
}
