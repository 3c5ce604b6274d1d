"""What may be given to a centre, and for how long: what the family allowed, while it allows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from intake.language import lazy_gettext as _
from intake.rules.facts import Language


class SharedField(StrEnum):
    """A kind of fact that a family allows or not."""

    NAMES = "names"
    PHONE = "phone"
    EMAIL = "email"
    ILLNESS = "illness"
    TREATMENT = "treatment"
    PLACE = "place"


FIELDS = {
    SharedField.NAMES: _("the names"),
    SharedField.PHONE: _("the phone number"),
    SharedField.EMAIL: _("the email address"),
    SharedField.ILLNESS: _("the type and the stage"),
    SharedField.TREATMENT: _("where the treatment stands"),
    SharedField.PLACE: _("the ZIP code"),
}
# Days that a family can choose: long enough for a first visit, short enough to be asked again.
DAYS = (30, 90)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a family says yes to: which centre, which facts, for how long, in which language it was asked."""

    centre_id: UUID
    fields: Sequence[SharedField]
    days: int
    language: Language


def in_order(names: Iterable[str]) -> list[SharedField]:
    """Those that are fields, each once, in the order in which they are read out."""
    wanted = set(names)
    return [field for field in SharedField if field in wanted]


def said(fields: Iterable[SharedField]) -> str:
    """ "the names, the phone number" in the current language."""
    return ", ".join(str(FIELDS[field]) for field in fields)


def is_live(now: datetime, *, until: datetime, revoked_at: datetime | None) -> bool:
    return revoked_at is None and now < until


def ends(now: datetime, days: int) -> datetime:
    return now + timedelta(days=days)
