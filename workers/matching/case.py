"""What the matching knows of one family: facts that are not identity, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from intake.rules.facts import CellType, Diagnosis, Insurance, Language, Stage, Travel, TreatmentStatus
from intake.rules.guidance import Guidance, guidance_for, shown_by
from intake.rules.weights import WEIGHTS
from workers.matching.geo import Place, place_of

# Post offices of the forces in the Americas, Europe and the Pacific: no place that one lives in.
_MILITARY = frozenset({"AA", "AE", "AP"})


@dataclass(frozen=True, slots=True)
class MatchCase:
    """`lat`, `lon` in degrees, None when the ZIP has no place; `state` as two letters."""

    diagnosis: Diagnosis
    cell_type: CellType
    stage: Stage
    status: TreatmentStatus
    lat: float | None = None
    lon: float | None = None
    state: str | None = None
    travel: Travel = Travel.UNSURE
    language: Language = Language.ENGLISH
    veteran: bool = False
    insurance: Insurance | None = None

    @property
    def place(self) -> Place | None:
        """The point distances start from; None when unknown, half known or the 0/0 of broken tables."""
        return place_of(self.lat, self.lon)

    @property
    def home_state(self) -> str | None:
        """The state in capitals; None when not known, or when it is a military post office."""
        state = (self.state or "").strip().upper()
        return state if state and state not in _MILITARY else None


@dataclass(frozen=True, slots=True)
class Question:
    """A case with the guidance for it, what each kind is worth there, and the day of asking.

    `worth` is in the order of the guidance. `shown`: expertise that shows experience with the type.
    """

    case: MatchCase
    guidance: Guidance
    worth: Mapping[str, int]
    shown: frozenset[str]
    place: Place | None
    home_state: str | None
    today: date

    @classmethod
    def of(cls, case: MatchCase, *, today: date) -> "Question":
        guidance = guidance_for(case.diagnosis, case.cell_type, case.stage, case.status)
        return cls(
            case,
            guidance,
            WEIGHTS.for_kinds(guidance),
            frozenset(shown_by(case.diagnosis)),
            case.place,
            case.home_state,
            today,
        )
