"""How a text speaks of the patient to whoever reads it."""

from dataclasses import dataclass

from intake.language import lazy_gettext as _
from intake.rules.facts import Relation


@dataclass(frozen=True, slots=True)
class RelationWords:
    """`who` stands in a sentence about somebody else: "your parent", "Rosa", "the patient"."""

    who: str
    is_self: bool = False


_WORDS: dict[Relation, RelationWords] = {
    Relation.SELF: RelationWords(_("you"), is_self=True),
    Relation.PARTNER: RelationWords(_("your partner")),
    Relation.PARENT: RelationWords(_("your parent")),
    Relation.OTHER: RelationWords(_("the patient")),
    Relation.HEALTH_WORKER: RelationWords(_("the patient")),
}


def words_for(relation: Relation, first_name: str | None = None) -> RelationWords:
    """The words for this relation; the patient's first name is used when it is known."""
    if first_name and relation is not Relation.SELF:
        return RelationWords(first_name)
    return _WORDS[relation]
