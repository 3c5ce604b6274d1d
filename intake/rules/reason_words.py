"""The reasons in plain words, in the language that is spoken.

The words say what is known and what is not. They never say that a treatment suits a person or helps
her live longer: that is for a doctor who has seen the records.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from intake.language import gettext
from intake.language import lazy_gettext as _
from intake.rules.distances import distance_text
from intake.rules.expertise import PLAIN, Designation, Expertise
from intake.rules.facts import Insurance
from intake.rules.reasons import Reason
from intake.rules.relations import RelationWords
from intake.rules.spoken import capital, listed, month_of
from intake.rules.taxonomy import SPECIALTIES

Params = Mapping[str, Any]


def text_for(reason: Reason, relation_words: RelationWords) -> str:
    """One plain sentence for a family. Raises KeyError on a code that TEXTS does not have."""
    return TEXTS[reason.code](reason.params, relation_words)


def caution_text(words: RelationWords) -> str:
    """What every list of doctors says beside it."""
    if words.is_self:
        return gettext(
            "These are doctors to talk to. Only a doctor who has seen your records can say which care may "
            "be right."
        )
    return gettext(
        "These are doctors to talk to. Only a doctor who has seen the records of %(who)s can say which "
        "care may be right.",
        who=words.who,
    )


def treated(diagnosis: str) -> str:
    """The type in words, or the illness when the type is not known."""
    if diagnosis == "unsure":
        return gettext("mesothelioma")
    return str(PLAIN[Expertise(f"{diagnosis}_mesothelioma")])


def _specialty(params: Params, words: RelationWords) -> str:
    plain = gettext(SPECIALTIES[params["short"]].plain)
    if params["opinion"]:
        return gettext("This is %(what)s. You can ask what they think about surgery.", what=plain)
    if params["priority"] == 1:
        return gettext("This is %(what)s, one of the first kinds of doctor to talk to.", what=plain)
    return gettext("This is %(what)s, often part of the care team.", what=plain)


def _treats_type(params: Params, words: RelationWords) -> str:
    return gettext("Treats %(what)s.", what=treated(params["diagnosis"]))


def _offers(params: Params, words: RelationWords) -> str:
    return gettext("Offers %(what)s.", what=listed([PLAIN[Expertise(code)] for code in params["expertise"]]))


def _volume(params: Params, words: RelationWords) -> str:
    return {
        "high": gettext("Sees many people with mesothelioma."),
        "some": gettext("Has seen a number of people with mesothelioma."),
        "few": gettext("Has seen a few people with mesothelioma."),
    }[params["band"]]


def _designation(params: Params, words: RelationWords) -> str:
    centre, kind = params["centre"], params["designation"]
    if kind == Designation.VA:
        return gettext("Works at %(center)s, which cares for veterans.", center=centre)
    if kind == Designation.MESOTHELIOMA_PROGRAM:
        return gettext("Works at %(center)s, which has a mesothelioma program.", center=centre)
    return gettext(
        "Works at %(center)s, which is on the National Cancer Institute's list of cancer centers.",
        center=centre,
    )


def _distance(params: Params, words: RelationWords) -> str:
    far = distance_text(params["miles"])
    if words.is_self:
        return capital(gettext("%(distance)s from your ZIP code.", distance=far))
    return capital(gettext("%(distance)s from where %(who)s lives.", distance=far, who=words.who))


def _same_state(params: Params, words: RelationWords) -> str:
    if words.is_self:
        return gettext("Works in your state (%(state)s).", state=params["state"])
    return gettext(
        "Works in the state where %(who)s lives (%(state)s).", who=words.who, state=params["state"]
    )


def _other_state(params: Params, words: RelationWords) -> str:
    return gettext("Works in another state (%(state)s).", state=params["state"])


def _distance_not_known(params: Params, words: RelationWords) -> str:
    if words.is_self:
        return gettext("We do not know how far this is from your home.")
    return gettext("We do not know how far this is from where %(who)s lives.", who=words.who)


def _beyond_wish(params: Params, words: RelationWords) -> str:
    if words.is_self:
        return gettext("This is farther than you wished to go. We found nobody closer who fits.")
    return gettext(
        "This is farther than %(who)s wished to go. We found nobody closer who fits.", who=words.who
    )


def _beside_video(params: Params, words: RelationWords) -> str:
    if not params["beyond"]:
        return gettext("Named beside the list: can give a second opinion by video call.")
    if words.is_self:
        return gettext("Farther than you wished to go, but can give a second opinion by video call.")
    return gettext(
        "Farther than %(who)s wished to go, but can give a second opinion by video call.", who=words.who
    )


def _speaks(params: Params, words: RelationWords) -> str:
    return gettext("Speaks %(language)s.", language=_LANGUAGES[params["language"]])


def _language_not_known(params: Params, words: RelationWords) -> str:
    return gettext(
        "We do not know if this doctor speaks %(language)s. You can ask for an interpreter.",
        language=_LANGUAGES[params["language"]],
    )


def _takes_insurance(params: Params, words: RelationWords) -> str:
    return gettext("Takes %(insurance)s, as far as we know.", insurance=INSURANCE_NAMES[params["kind"]])


def _insurance_not_known(params: Params, words: RelationWords) -> str:
    kind = INSURANCE_NAMES[params["kind"]]
    return gettext("We do not know if this doctor takes %(insurance)s. Please ask by phone.", insurance=kind)


def _checked(params: Params, words: RelationWords) -> str:
    month = month_of(date.fromisoformat(params["on"]))
    if params["old"]:
        return gettext(
            "We last checked these facts in %(month)s. Please ask by phone if they still hold.", month=month
        )
    return gettext("We checked these facts in %(month)s.", month=month)


def _fixed(text: str) -> Callable[[Params, RelationWords], str]:
    return lambda params, words: str(text)


INSURANCE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Insurance.MEDICARE: "Medicare",
        Insurance.MEDICAID: "Medicaid",
        Insurance.PRIVATE: _("private insurance"),
        Insurance.TRICARE: "TRICARE",
        Insurance.VA: _("VA health care"),
    }
)
_LANGUAGES = {"en": _("English"), "es": _("Spanish")}

# In the order in which a match lists them.
TEXTS: Mapping[str, Callable[[Params, RelationWords], str]] = MappingProxyType(
    {
        "beside_video": _beside_video,
        "beside_va": _fixed(_("Named beside the list, for veterans.")),
        "specialty": _specialty,
        "most_experienced": _fixed(_("One of the most experienced doctors we found.")),
        "nearest": _fixed(_("The nearest doctor of this kind that we know of.")),
        "tissue": _fixed(_("Can take a second look at the tissue sample.")),
        "supportive": _fixed(_("Can help with pain and other symptoms, next to other care.")),
        "treats_type": _treats_type,
        "any_type": _fixed(_("Helps people with every type of mesothelioma.")),
        "offers": _offers,
        "volume": _volume,
        "volume_not_known": _fixed(
            _("We do not know how many people with mesothelioma this doctor has seen.")
        ),
        "designation": _designation,
        "distance": _distance,
        "same_state": _same_state,
        "other_state": _other_state,
        "distance_not_known": _distance_not_known,
        "beyond_wish": _beyond_wish,
        "accepting": _fixed(_("Was taking new patients when we last checked.")),
        "accepting_not_known": _fixed(_("We do not know yet if this doctor takes new patients.")),
        "video": _fixed(_("Can give a second opinion by video call.")),
        "speaks": _speaks,
        "language_not_known": _language_not_known,
        "takes_insurance": _takes_insurance,
        "insurance_not_known": _insurance_not_known,
        "veterans": _fixed(_("VA care may be open to veterans. We can tell you how to ask the VA.")),
        "checked": _checked,
        "not_checked": _fixed(_("We have not checked these facts lately. Please ask by phone.")),
    }
)
