"""Where mail providers tell us what became of a mail. A machine's door: no page, no cookie, no session."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, Request, current_app, request

from intake.config import Receipts
from intake.db import transaction
from intake.receipts.receipt import NotProven, NotReadable, Receipt
from intake.receipts.ses import read_ses
from intake.receipts.signed import HEADER, read_signed
from intake.receipts.sns import Topic
from intake.services import mail_receipts
from intake.views.clock import utc_now

blueprint = Blueprint("receipts", __name__)
log = logging.getLogger("advocate.receipts")


def _ses(settings: Receipts, told: Request, now: datetime) -> Sequence[Receipt]:
    if not settings.sns_certificate:
        raise NotProven("no topic of Amazon SNS is configured")
    return read_ses(Topic(settings.sns_topics, settings.sns_certificate), told.get_data(), now)


def _signed(settings: Receipts, told: Request, now: datetime) -> Sequence[Receipt]:
    if not settings.secret:
        raise NotProven("no secret is configured")
    return read_signed(settings.secret, told.headers.get(HEADER, ""), told.get_data())


# Another provider is one more line here, and the function that it names.
ADAPTERS: dict[str, Callable[[Receipts, Request, datetime], Sequence[Receipt]]] = {
    "ses": _ses,
    "signed": _signed,
}


@blueprint.post("/receipts/<adapter>")
def take(adapter: str) -> tuple[str, int]:
    """204 when taken, also the second time; 403 for whoever cannot prove who they are."""
    read = ADAPTERS.get(adapter)
    if read is None:
        return "", 404
    now = utc_now()
    try:
        receipts = read(current_app.extensions["advocate"].receipts, request, now)
    except NotProven as wrong:
        log.warning("receipts/%s refused: %s", adapter, wrong)
        return "", 403
    except NotReadable as wrong:
        log.warning("receipts/%s not read: %s", adapter, wrong)
        return "", 400
    with transaction() as session:
        mail_receipts.take(session, adapter, receipts, now=now)
    return "", 204
