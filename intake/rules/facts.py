"""What a family can tell us: the closed lists behind the questions. Stored by value."""

from enum import StrEnum


class Diagnosis(StrEnum):
    PLEURAL = "pleural"
    PERITONEAL = "peritoneal"
    PERICARDIAL = "pericardial"
    TESTICULAR = "testicular"
    UNSURE = "unsure"


class CellType(StrEnum):
    EPITHELIOID = "epithelioid"
    SARCOMATOID = "sarcomatoid"
    BIPHASIC = "biphasic"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """As the family reports it: staging systems differ, so nothing is ever computed from it."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    EARLY = "early"
    ADVANCED = "advanced"
    UNKNOWN = "unknown"


class TreatmentStatus(StrEnum):
    NEW = "new"
    TREATMENT = "treatment"
    FULL_REMISSION = "full_remission"
    PARTIAL_REMISSION = "partial_remission"
    LOCAL_RECURRENCE = "local_recurrence"
    DISTANT_RECURRENCE = "distant_recurrence"
    UNSURE = "unsure"


class Travel(StrEnum):
    HOUR = "hour"
    HALF_DAY = "half_day"
    ANYWHERE = "anywhere"
    UNSURE = "unsure"


class Relation(StrEnum):
    """Who the patient is to the person who writes."""

    SELF = "self"
    PARTNER = "partner"
    PARENT = "parent"
    OTHER = "other"
    HEALTH_WORKER = "health_worker"


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"


class Insurance(StrEnum):
    """Kinds of cover, as a family names them and as a doctor's office says it takes them."""

    MEDICARE = "medicare"
    MEDICAID = "medicaid"
    PRIVATE = "private"
    TRICARE = "tricare"
    VA = "va"


class CallDay(StrEnum):
    NEXT_FREE = "next_free"
    TODAY = "today"
    ON_DATE = "on_date"


class DayPart(StrEnum):
    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Channel(StrEnum):
    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    POST = "post"


class RequestKind(StrEnum):
    """The journey a lead came by."""

    MATCH = "match"
    GUIDE = "guide"


class LeadSource(StrEnum):
    """How a request came to us."""

    WEB = "web"
    PHONE = "phone"


class LeadMark(StrEnum):
    """Why a lead is no request of a family, and counts in no figure."""

    SPAM = "spam"
    TEST = "test"
