"""Everything about one request in parts that a person can read: for the family's PDF and for staff."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from intake.documents.data import Brand
from intake.documents.held import Part, held_pdf
from intake.forms import answers as say
from intake.forms.contact_details import say_phone
from intake.language import current, gettext
from intake.models.lead import Lead
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus
from intake.rules.references import spoken
from intake.rules.spoken import capital
from intake.services import postal_addresses, privacy
from intake.views.public.site import settings

Pairs = list[tuple[str, str]]


def facts(session: Session, lead: Lead) -> Pairs:
    """What they told us, each with its name."""
    contact, door = lead.contact, postal_addresses.address_of(session, lead.id)
    rows: list[tuple[Any, str | None]] = [
        (gettext("Name"), " ".join(filter(None, (contact.first_name, contact.last_name)))),
        (gettext("Who is ill"), lead.patient.first_name if lead.patient else None),
        (gettext("Phone"), say_phone(contact.phone) if contact.phone else None),
        (gettext("Email"), contact.email),
        (gettext("Address"), ", ".join((door.line_1, door.city, door.state, door.zip)) if door else None),
        (capital(gettext("ZIP code")), lead.zip),
        (gettext("What the doctors found"), str(say.DIAGNOSIS[Diagnosis(lead.diagnosis)])),
        (gettext("Stage"), str(say.STAGE[Stage(lead.stage)])),
        (gettext("Treatment"), str(say.TREATMENT_STATUS[TreatmentStatus(lead.treatment_status)])),
    ]
    return [(name, value) for name, value in rows if value]


def pdf(session: Session, lead: Lead) -> bytes:
    """The whole of it on paper, in the current language; our computer's own rows as they are."""
    held = privacy.held(session, lead.id)
    consents, seen = held.pop("consent"), held.pop("seen")
    parts = [
        Part(gettext("What you told us"), facts(session, lead)),
        Part(gettext("What you agreed to"), [_consent(row) for row in consents]),
        Part(gettext("Who looked at it, and what was done"), list(map(_deed, seen))),
        *_tables(held),
    ]
    title = gettext("What we hold about request %(reference)s", reference=spoken(lead.reference))
    return held_pdf(title, parts, Brand.of(settings().organisation), language=current())


def _consent(row: dict[str, Any]) -> tuple[str, str]:
    answer = gettext("Yes") if row["given"] else gettext("No")
    typed = f"\n{row['typed']}" if row["typed"] else ""
    return f"{_when(row['at'])}: {answer}", f"{row['wording']}{typed}"


def _when(at: str) -> str:
    """An instant of the database to the minute."""
    return f"{at[:16].replace('T', ' ')} UTC"


def _deed(entry: dict[str, str]) -> tuple[str, str]:
    return _when(entry["at"]), f"{entry['who']}: {entry['action']}"


def _tables(held: dict[str, Any]) -> Iterator[Part]:
    """Each table of the database with its rows, one after another, under its own name."""
    for table, rows in held.items():
        pairs = [
            (name if len(rows) == 1 else f"{number}. {name}", str(value))
            for number, row in enumerate(rows, 1)
            for name, value in row.items()
            if value not in (None, "", [], {})
        ]
        yield Part(gettext("In our database: %(table)s", table=table.replace("_", " ")), pairs)
