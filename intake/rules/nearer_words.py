"""Why nearer doctors are not on the list, in plain words."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from intake.language import lazy_gettext as _
from intake.language import ngettext
from intake.rules.reason_words import treated
from intake.rules.reasons import Reason
from intake.rules.relations import RelationWords

Params = Mapping[str, Any]
_NUMBERS = (
    _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine"), _("Ten"),
)  # fmt: skip


class HasNearer(Protocol):
    """A match set as it is stored, or anything with the reasons in its `nearer`."""

    @property
    def nearer(self) -> Sequence[Any]: ...


def nearer_texts(match_set: HasNearer, words: RelationWords) -> list[str]:
    """One sentence for each reason. Codes of a later version are left out."""
    reasons = [Reason.from_json(raw) for raw in match_set.nearer]
    return [NEARER_TEXTS[r.code](r.params, words) for r in reasons if r.code in NEARER_TEXTS]


def _no_experience(params: Params, words: RelationWords) -> str:
    count, what = params["count"], treated(params["diagnosis"])
    if params["kind"] == "surgeon":
        return ngettext(
            "One nearer surgeon does not treat %(what)s, as far as we know.",
            "%(number)s nearer surgeons do not treat %(what)s, as far as we know.",
            count,
            number=_number(count),
            what=what,
        )
    return ngettext(
        "One nearer doctor does not treat %(what)s, as far as we know.",
        "%(number)s nearer doctors do not treat %(what)s, as far as we know.",
        count,
        number=_number(count),
        what=what,
    )


def _not_accepting(params: Params, words: RelationWords) -> str:
    count = params["count"]
    if params["kind"] == "surgeon":
        return ngettext(
            "One nearer surgeon was not taking new patients when we last checked.",
            "%(number)s nearer surgeons were not taking new patients when we last checked.",
            count,
            number=_number(count),
        )
    return ngettext(
        "One nearer doctor was not taking new patients when we last checked.",
        "%(number)s nearer doctors were not taking new patients when we last checked.",
        count,
        number=_number(count),
    )


def _same_center(params: Params, words: RelationWords) -> str:
    count = params["count"]
    return ngettext(
        "One nearer doctor works at a center from which we already name two.",
        "%(number)s nearer doctors work at a center from which we already name two.",
        count,
        number=_number(count),
    )


def _lower(params: Params, words: RelationWords) -> str:
    count = params["count"]
    return ngettext(
        "One nearer doctor fits too. We know of less experience there, or less is known.",
        "%(number)s nearer doctors fit too. We know of less experience there, or less is known.",
        count,
        number=_number(count),
    )


def _number(count: int) -> str:
    """ "Two" to "Ten", then figures."""
    return str(_NUMBERS[count - 2]) if 2 <= count <= 10 else f"{count:,}"


NEARER_TEXTS: Mapping[str, Callable[[Params, RelationWords], str]] = MappingProxyType(
    {
        "nearer_no_experience": _no_experience,
        "nearer_not_accepting": _not_accepting,
        "nearer_same_center": _same_center,
        "nearer_lower": _lower,
    }
)
