"""The words for every closed answer, in the order in which they are offered."""

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

RELATION = {
    Relation.SELF: "Me",
    Relation.PARTNER: "My husband, wife or partner",
    Relation.PARENT: "My mother or father",
    Relation.OTHER: "Another relative or a friend",
    Relation.HEALTH_WORKER: "A patient of mine: I am a health worker",
}

DIAGNOSIS = {
    Diagnosis.PLEURAL: "Pleural: in the lining of the lungs",
    Diagnosis.PERITONEAL: "Peritoneal: in the lining of the belly",
    Diagnosis.PERICARDIAL: "Pericardial: in the lining of the heart",
    Diagnosis.TESTICULAR: "Testicular: in the lining around a testicle",
    Diagnosis.UNSURE: "Not sure yet, or waiting for tests",
}

CELL_TYPE = {
    CellType.EPITHELIOID: "Epithelioid",
    CellType.SARCOMATOID: "Sarcomatoid",
    CellType.BIPHASIC: "Biphasic (a mix of both)",
    CellType.UNKNOWN: "I do not know",
}

STAGE = {
    Stage.ONE: "Stage 1",
    Stage.TWO: "Stage 2",
    Stage.THREE: "Stage 3",
    Stage.FOUR: "Stage 4",
    Stage.EARLY: "The doctor said “early”",
    Stage.ADVANCED: "The doctor said “advanced”",
    Stage.UNKNOWN: "I do not know",
}

TREATMENT_STATUS = {
    TreatmentStatus.NEW: "Just found, no treatment yet",
    TreatmentStatus.TREATMENT: "In treatment now",
    TreatmentStatus.FULL_REMISSION: "Full remission: scans show no cancer",
    TreatmentStatus.PARTIAL_REMISSION: "Partial remission: it has shrunk",
    TreatmentStatus.LOCAL_RECURRENCE: "It came back near the same place",
    TreatmentStatus.DISTANT_RECURRENCE: "It came back in another part of the body",
    TreatmentStatus.UNSURE: "I am not sure",
}

TRAVEL = {
    Travel.HOUR: "About 1 hour",
    Travel.HALF_DAY: "Up to half a day",
    Travel.ANYWHERE: "Anywhere in the country",
    Travel.UNSURE: "Not sure yet",
}

LANGUAGE = {Language.ENGLISH: "English", Language.SPANISH: "Spanish"}

VOICEMAIL = {"yes": "Yes, that is fine", "no": "No, only leave a name and number"}

VOICEMAIL_CHECKED = {
    "yes": "Voicemail may mention mesothelioma",
    "no": "Voicemail: only a name and number",
}

CALL_DAY = {
    CallDay.NEXT_FREE: "As soon as a nurse is free",
    CallDay.TODAY: "Later today",
    CallDay.ON_DATE: "On another day",
}

DAY_PART = {
    DayPart.ANY: "Any time",
    DayPart.MORNING: "Morning, 8 to noon",
    DayPart.AFTERNOON: "Afternoon, noon to 5",
    DayPart.EVENING: "Evening, 5 to 9",
}
