"""A row of the guidance as a person reads it."""

from collections.abc import Collection, Iterable

from intake.documents.content import Fits
from intake.rules.expertise import PLAIN, Expertise
from intake.rules.guidance import NOTES, GuidanceRow
from intake.rules.taxonomy import SPECIALTIES
from intake.services.sign_offs import RowStanding
from intake.views.console.words import CELL_TYPE, DIAGNOSIS, STAGE, TREATMENT

__all__ = ["NOTES"]

_KINDS = {"base": "Starting list", "status": "Change by status", "add": "Addition"}
_ORDER = {
    "first": "goes before the starting list",
    "only": "replaces the starting list",
    "keep": "goes after it",
}
_STAND_INS = {
    "surgeon": "the type's surgeon",
    "systemic": "the type's drugs",
    "surgery": "the type's surgery",
}


def kind(row: GuidanceRow) -> str:
    order = f", {_ORDER[row.order]}" if row.kind != "base" else ""
    return f"{_KINDS[row.kind]}{order}"


def applies(row: GuidanceRow) -> str:
    """ "Pleural; stage 1; epithelioid or not known"."""
    return _whom(
        (DIAGNOSIS, row.diagnoses),
        (STAGE, row.stages),
        (CELL_TYPE, row.cell_types),
        (TREATMENT, row.statuses),
    )


def fits(whom: Fits) -> str:
    """The same for a part of a document."""
    return _whom((DIAGNOSIS, whom.diagnoses), (STAGE, whom.stages), (TREATMENT, whom.statuses))


def _whom(*tables: tuple[dict[str, str], Collection[str]]) -> str:
    parts = [
        " or ".join(label for code, label in table.items() if code in values)
        for table, values in tables
        if values
    ]
    return "; ".join(parts) or "Everybody"


def specialties(entries: Iterable[str]) -> list[str]:
    """One line a tier: equals are joined by "or"."""
    return [" or ".join(_specialty(short) for short in entry.split("/")) for entry in entries]


def _specialty(short: str) -> str:
    return SPECIALTIES[short].label if short in SPECIALTIES else _STAND_INS[short]


def treatments(codes: Iterable[str]) -> list[str]:
    return [PLAIN[Expertise(code)] if code in set(Expertise) else _STAND_INS[code] for code in codes]


def standing(row: RowStanding) -> str:
    if row.signed:
        return f"Signed by {row.by}, {row.on}"
    if row.refused:
        return f"Not right, says {row.by}, {row.on}"
    return "Changed since it was signed" if row.changed else "Awaits clinical review"
