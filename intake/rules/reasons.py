"""Why a doctor is on the list, and why another is not: the codes that are stored, with their figures.

`reason_words` makes sentences of them when somebody reads.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any


class ExclusionCode(StrEnum):
    """Why a doctor is left out, in the order in which the rules ask. The first that holds counts."""

    PAEDIATRIC = "paediatric"
    TRAINEE = "trainee"
    NOT_RELEVANT_SPECIALTY = "not_relevant_specialty"
    NO_EXPERTISE_FOR_TYPE = "no_mesothelioma_expertise_for_type"
    NOT_ACCEPTING = "not_accepting"
    NO_LOCATION = "no_location"
    TOO_FAR = "too_far"


EXCLUSION_WORDS: Mapping[str, str] = MappingProxyType(
    {
        ExclusionCode.PAEDIATRIC: "Treats children only, as far as we know",
        ExclusionCode.TRAINEE: "Still in training, as far as we know",
        ExclusionCode.NOT_RELEVANT_SPECIALTY: "Another specialty than the guidance lists here",
        ExclusionCode.NO_EXPERTISE_FOR_TYPE: "No experience with this type of mesothelioma that we know of",
        ExclusionCode.NOT_ACCEPTING: "Was not taking new patients when last checked",
        ExclusionCode.NO_LOCATION: "No address from which a distance can be told",
        ExclusionCode.TOO_FAR: "Farther than the family wishes to travel",
    }
)


@dataclass(frozen=True)
class Reason:
    """One reason: a code and the figures its sentence needs (strings, numbers, lists of strings)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """As JSON; many lists share a reason."""
        return json.dumps(self.to_json())

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Reason":
        return cls(raw["code"], dict(raw.get("params", {})))
