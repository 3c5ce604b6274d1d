"""Why a doctor is on the list, and why another is not: codes for staff, plain words for families.

Codes with figures are what is stored; words are made from them when somebody reads. The words
say what is known and what is not. They never say that a treatment suits a person or helps her live
longer: that is for a doctor who has seen the records.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from intake.rules.expertise import PLAIN, Designation, Expertise
from intake.rules.facts import Insurance, Relation
from intake.rules.taxonomy import SPECIALTIES


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


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code and the figures its sentence needs (strings, numbers, lists of strings)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Reason":
        return cls(raw["code"], dict(raw.get("params", {})))


@dataclass(frozen=True, slots=True)
class RelationWords:
    """How a text speaks of the patient: "you"/"your", or "your parent"/"your parent's"."""

    who: str
    whose: str


_WORDS: dict[Relation, RelationWords] = {
    Relation.SELF: RelationWords("you", "your"),
    Relation.PARTNER: RelationWords("your partner", "your partner's"),
    Relation.PARENT: RelationWords("your parent", "your parent's"),
    Relation.OTHER: RelationWords("the patient", "the patient's"),
    Relation.HEALTH_WORKER: RelationWords("the patient", "the patient's"),
}


def words_for(relation: Relation, first_name: str | None = None) -> RelationWords:
    """The words for this relation; the patient's first name is used when it is known."""
    if first_name and relation is not Relation.SELF:
        return RelationWords(first_name, f"{first_name}'s")
    return _WORDS[relation]


def about_miles(miles: float) -> int:
    """Round for people: to 1 mile below 10, to 5 below 100, else to 10."""
    step = 1 if miles < 10 else 5 if miles < 100 else 10
    return step * int(miles / step + 0.5)


def distance_text(miles: float) -> str:
    """ "less than 1 mile", "about 1 mile", "about 120 miles"."""
    if miles < 1:
        return "less than 1 mile"
    near = about_miles(miles)
    return f"about {near:,} {'mile' if near == 1 else 'miles'}"


def listed(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _specialty(params: Mapping[str, Any], words: RelationWords) -> str:
    plain = SPECIALTIES[params["short"]].plain
    if params["opinion"]:
        return f"This is {plain}. You can ask what they think about surgery."
    if params["priority"] == 1:
        return f"This is {plain}, one of the first kinds of doctor to talk to."
    return f"This is {plain}, often part of the care team."


def _treats_type(params: Mapping[str, Any], words: RelationWords) -> str:
    if params["diagnosis"] == "unsure":
        return "Treats mesothelioma."
    return f"Treats {PLAIN[Expertise(params['diagnosis'] + '_mesothelioma')]}."


def _offers(params: Mapping[str, Any], words: RelationWords) -> str:
    return f"Offers {listed([PLAIN[Expertise(code)] for code in params['expertise']])}."


def _volume(params: Mapping[str, Any], words: RelationWords) -> str:
    return {
        "high": "Sees many people with mesothelioma.",
        "some": "Has seen a number of people with mesothelioma.",
        "few": "Has seen a few people with mesothelioma.",
    }[params["band"]]


def _designation(params: Mapping[str, Any], words: RelationWords) -> str:
    centre, kind = params["centre"], params["designation"]
    if kind == Designation.VA:
        return f"Works at {centre}, which cares for veterans."
    if kind == Designation.MESOTHELIOMA_PROGRAM:
        return f"Works at {centre}, which has a mesothelioma program."
    return f"Works at {centre}, which is on the National Cancer Institute's list of cancer centers."


def _distance(params: Mapping[str, Any], words: RelationWords) -> str:
    return f"{distance_text(params['miles']).capitalize()} from {words.whose} ZIP code."


def _beyond_wish(params: Mapping[str, Any], words: RelationWords) -> str:
    return f"This is farther than {words.who} wished to go. We found nobody closer who fits."


def _language(params: Mapping[str, Any], words: RelationWords) -> str:
    return f"Speaks {_LANGUAGES[params['language']]}."


def _language_not_known(params: Mapping[str, Any], words: RelationWords) -> str:
    language = _LANGUAGES[params["language"]]
    return f"We do not know if this doctor speaks {language}. You can ask for an interpreter."


def _beside_video(params: Mapping[str, Any], words: RelationWords) -> str:
    if params["beyond"]:
        return f"Farther than {words.who} wished to go, but can give a second opinion by video call."
    return "Named beside the list: can give a second opinion by video call."


def _takes_insurance(params: Mapping[str, Any], words: RelationWords) -> str:
    return f"Takes {INSURANCE_NAMES[params['kind']]}, as far as we know."


def _insurance_not_known(params: Mapping[str, Any], words: RelationWords) -> str:
    kind = INSURANCE_NAMES[params["kind"]]
    return f"We do not know if this doctor takes {kind}. Please ask by phone."


def _checked(params: Mapping[str, Any], words: RelationWords) -> str:
    on = date.fromisoformat(params["on"])
    when = f"{_MONTHS[on.month - 1]} {on.year}"
    if params["old"]:
        return f"We last checked these facts in {when}. Please ask by phone if they still hold."
    return f"We checked these facts in {when}."


def _fixed(text: str) -> Callable[[Mapping[str, Any], RelationWords], str]:
    return lambda params, words: text


INSURANCE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Insurance.MEDICARE: "Medicare",
        Insurance.MEDICAID: "Medicaid",
        Insurance.PRIVATE: "private insurance",
        Insurance.TRICARE: "TRICARE",
        Insurance.VA: "VA health care",
    }
)
_LANGUAGES = {"en": "English", "es": "Spanish"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# In the order in which a match lists them.
TEXTS: Mapping[str, Callable[[Mapping[str, Any], RelationWords], str]] = MappingProxyType(
    {
        "beside_video": _beside_video,
        "beside_va": _fixed("Named beside the list, for veterans."),
        "specialty": _specialty,
        "most_experienced": _fixed("One of the most experienced doctors we found."),
        "nearest": _fixed("The nearest doctor of this kind that we know of."),
        "tissue": _fixed("Can take a second look at the tissue sample."),
        "supportive": _fixed("Can help with pain and other symptoms, next to other care."),
        "treats_type": _treats_type,
        "any_type": _fixed("Helps people with every type of mesothelioma."),
        "offers": _offers,
        "volume": _volume,
        "volume_not_known": _fixed("We do not know how many people with mesothelioma this doctor has seen."),
        "designation": _designation,
        "distance": _distance,
        "same_state": lambda params, words: f"Works in {words.whose} state ({params['state']}).",
        "other_state": lambda params, words: f"Works in another state ({params['state']}).",
        "distance_not_known": lambda params, words: (
            f"We do not know how far this is from {words.whose} home."
        ),
        "beyond_wish": _beyond_wish,
        "accepting": _fixed("Was taking new patients when we last checked."),
        "accepting_not_known": _fixed("We do not know yet if this doctor takes new patients."),
        "video": _fixed("Can give a second opinion by video call."),
        "speaks": _language,
        "language_not_known": _language_not_known,
        "takes_insurance": _takes_insurance,
        "insurance_not_known": _insurance_not_known,
        "veterans": _fixed("VA care may be open to veterans. We can tell you how to ask the VA."),
        "checked": _checked,
        "not_checked": _fixed("We have not checked these facts lately. Please ask by phone."),
    }
)


def text_for(reason: Reason, relation_words: RelationWords) -> str:
    """One plain sentence for a family. Raises KeyError on a code that TEXTS does not have."""
    return TEXTS[reason.code](reason.params, relation_words)


def _nearer_no_experience(params: Mapping[str, Any], words: RelationWords) -> str:
    what = "mesothelioma"
    if params["diagnosis"] != "unsure":
        what = PLAIN[Expertise(params["diagnosis"] + "_mesothelioma")]
    verb = "does" if params["count"] == 1 else "do"
    return f"{_counted(params, params['kind'])} {verb} not treat {what}, as far as we know."


def _nearer_not_accepting(params: Mapping[str, Any], words: RelationWords) -> str:
    verb = "was" if params["count"] == 1 else "were"
    return f"{_counted(params, params['kind'])} {verb} not taking new patients when we last checked."


def _nearer_same_center(params: Mapping[str, Any], words: RelationWords) -> str:
    verb = "works" if params["count"] == 1 else "work"
    return f"{_counted(params, 'doctor')} {verb} at a center from which we already name two."


def _nearer_lower(params: Mapping[str, Any], words: RelationWords) -> str:
    verb = "fits" if params["count"] == 1 else "fit"
    return f"{_counted(params, 'doctor')} {verb} too. We know of less experience there, or less is known."


def _counted(params: Mapping[str, Any], noun: str) -> str:
    """ "One nearer surgeon", "Two nearer surgeons", "14 nearer surgeons"."""
    count = params["count"]
    number = _NUMBERS[count - 1] if count <= len(_NUMBERS) else f"{count:,}"
    return f"{number} nearer {noun}{'' if count == 1 else 's'}"


_NUMBERS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
NEARER_TEXTS: Mapping[str, Callable[[Mapping[str, Any], RelationWords], str]] = MappingProxyType(
    {
        "nearer_no_experience": _nearer_no_experience,
        "nearer_not_accepting": _nearer_not_accepting,
        "nearer_same_center": _nearer_same_center,
        "nearer_lower": _nearer_lower,
    }
)


class HasNearer(Protocol):
    """A match set as it is stored, or anything with the reasons in its `nearer`."""

    @property
    def nearer(self) -> Sequence[Any]: ...


def nearer_texts(match_set: HasNearer, words: RelationWords) -> list[str]:
    """Why nearer doctors are not on the list, one sentence each. Codes of a later version are left out."""
    reasons = [Reason.from_json(raw) for raw in match_set.nearer]
    return [NEARER_TEXTS[r.code](r.params, words) for r in reasons if r.code in NEARER_TEXTS]


def caution_text(words: RelationWords) -> str:
    """What every list of doctors says beside it."""
    return (
        "These are doctors to talk to. Only a doctor who has seen "
        f"{words.whose} records can say which care may be right."
    )
