"""Where mail providers tell us what became of a mail, and hand on what families answer.

A machine's door: no page, no cookie, no session.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from flask import Blueprint, Request, current_app, request

from intake.config import Receipts
from intake.db import transaction
from intake.receipts.receipt import NotProven, NotReadable, Receipt
from intake.receipts.ses import read_ses, read_ses_mail
from intake.receipts.signed import HEADER, prove, read_signed
from intake.receipts.sns import Topic
from intake.services import mail_receipts, mail_replies
from intake.views.clock import utc_now

blueprint = Blueprint("receipts", __name__)
log = logging.getLogger("advocate.receipts")
_Read = TypeVar("_Read")


def _topic(settings: Receipts) -> Topic:
    if not settings.sns_certificate:
        raise NotProven("no topic of Amazon SNS is configured")
    return Topic(settings.sns_topics, settings.sns_certificate)


def _secret(settings: Receipts) -> str:
    if not settings.secret:
        raise NotProven("no secret is configured")
    return settings.secret


def _ses(settings: Receipts, told: Request, now: datetime) -> Sequence[Receipt]:
    return read_ses(_topic(settings), told.get_data(), now)


def _signed(settings: Receipts, told: Request, now: datetime) -> Sequence[Receipt]:
    return read_signed(_secret(settings), told.headers.get(HEADER, ""), told.get_data())


def _ses_mail(settings: Receipts, told: Request, now: datetime) -> bytes | None:
    return read_ses_mail(_topic(settings), told.get_data(), now)


def _signed_mail(settings: Receipts, told: Request, now: datetime) -> bytes | None:
    prove(_secret(settings), told.headers.get(HEADER, ""), told.get_data())
    return told.get_data()


# Another provider is one more line here, and the function that it names.
ADAPTERS: dict[str, Callable[[Receipts, Request, datetime], Sequence[Receipt]]] = {
    "ses": _ses,
    "signed": _signed,
}
MAIL_ADAPTERS: dict[str, Callable[[Receipts, Request, datetime], bytes | None]] = {
    "ses": _ses_mail,
    "signed": _signed_mail,
}


@blueprint.post("/receipts/<adapter>")
def take(adapter: str) -> tuple[str, int]:
    """204 when taken, also the second time; 403 for whoever cannot prove who they are."""

    def keep(receipts: Sequence[Receipt]) -> None:
        with transaction() as session:
            mail_receipts.take(session, adapter, receipts, now=utc_now())

    return _heard("receipts", adapter, ADAPTERS, keep)


@blueprint.post("/replies/<adapter>")
def take_mail(adapter: str) -> tuple[str, int]:
    """A mail to us, whole, with the same answers. What is no family's is passed over."""

    def keep(mail: bytes | None) -> None:
        if mail is None:
            return
        with transaction() as session:
            taken = mail_replies.take_mail(session, mail, now=utc_now())
        log.info("replies/%s: %s", adapter, taken)

    return _heard("replies", adapter, MAIL_ADAPTERS, keep)


def _heard(
    door: str,
    adapter: str,
    adapters: dict[str, Callable[[Receipts, Request, datetime], _Read]],
    keep: Callable[[_Read], None],
) -> tuple[str, int]:
    read = adapters.get(adapter)
    if read is None:
        return "", 404
    try:
        keep(read(current_app.extensions["advocate"].receipts, request, utc_now()))
    except NotProven as wrong:
        log.warning("%s/%s refused: %s", door, adapter, wrong)
        return "", 403
    except NotReadable as wrong:
        log.warning("%s/%s not read: %s", door, adapter, wrong)
        return "", 400
    return "", 204
