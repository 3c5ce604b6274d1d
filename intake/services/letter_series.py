"""The series on paper: the guide for whoever asks for it by post, the rest for a family without email."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.documents.load import load_letters
from intake.rules.post import Address
from intake.rules.series import SERIES, Anchor
from intake.rules.series_plan import Case, outlook
from intake.services import letters, series
from intake.services.series_cases import family_of

_GUIDE_SERIES = SERIES.named("guide")


def ask_by_post(
    session: Session, lead_id: UUID, address: Address, *, large_print: bool, now: datetime
) -> None:
    """A family asks for the guide on paper. Without email the whole series comes by post.

    Mails that follow the guide wait until the packet should be there. The consent to letters is kept by
    the caller, with the words that were shown. One letter that is planned stays as it is.
    """
    letters.ask_for_guide(session, lead_id, address, large_print=large_print, now=now)
    session.flush()
    case = family_of(session, lead_id).case
    if case.has_address and _GUIDE_SERIES.consent in case.consents:
        series.plan(session, [lead_id], now=now)
        return
    for step, due_at in on_paper(case, now):
        letters.plan_letter(session, lead_id, step, due_at, now=now)


def on_paper(case: Case, now: datetime) -> list[tuple[str, datetime]]:
    """The steps after the guide that go by letter, with the day of each as for a mail."""
    as_if_mailed = replace(
        case,
        has_address=True,
        consents=case.consents | {_GUIDE_SERIES.consent},
        anchors={anchor: at for anchor, at in case.anchors.items() if anchor is not Anchor.PACKET},
    )
    return [
        (seen.step.name, seen.due_at)
        for seen in outlook(SERIES, as_if_mailed, now)
        if seen.step.by_post and seen.due_at and seen.step.name != letters.GUIDE
    ]


def steps_without_words() -> set[str]:
    """Steps of the series that go by post and have no letter; empty when all is well."""
    return {step.name for step in SERIES.steps if step.by_post} - set(load_letters()["letter"])
