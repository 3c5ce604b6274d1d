"""Tell a family, kindly and once, that its call comes later than promised."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.promise import Breach
from intake.rules.promises import BreachReason
from intake.rules.series import SERIES
from intake.rules.series_plan import barred
from intake.rules.statuses import CallbackStatus, LeadStatus
from intake.services import mailings
from intake.services.series_cases import families

# The step, and the series that it makes up alone.
STEP = "late_call"
# Later than this the mail would come after the call, or say what they have long seen.
_SOON = timedelta(hours=1)
_AT_ONCE = 50


def tell_families(session: Session, *, now: datetime) -> int:
    """Plan the mail for breaches of calls that still wait; return how many were told. A repeat tells nobody.

    Only families that agreed to mail: their page says it to all. What forbids a mail is asked here and
    again when it is sent.
    """
    rows = session.scalars(_untold(now)).all()
    cases = families(session, [row.lead_id for row in rows])
    told = [row for row in rows if barred(SERIES.named(STEP), cases[row.lead_id].case) is None]
    for row in told:
        row.told_at = now
    session.flush()
    mailings.plan_rows(session, [(row.lead_id, STEP, now) for row in told], now=now)
    return len(told)


def _untold(now: datetime) -> Select[Breach]:
    """One breach a lead: the first that is fresh, of a call that nobody has in hand."""
    earlier = aliased(Breach)
    told = exists().where(earlier.lead_id == Breach.lead_id, earlier.told_at.is_not(None))
    stands = Breach.settled_at.is_(None) | (Breach.likely == BreachReason.OFFICE_CLOSED)
    wanted = (
        select(Breach)
        .join(Callback, Callback.id == Breach.callback_id)
        .join(Lead, Lead.id == Breach.lead_id)
        .where(Breach.told_at.is_(None), Breach.seen_at > now - _SOON, stands, ~told)
        .where(Callback.status == CallbackStatus.WAITING, Lead.status == LeadStatus.OPEN, Lead.wants_guide)
        .where(Lead.marked.is_(None))
    )
    first = wanted.ext(distinct_on(Breach.lead_id)).order_by(Breach.lead_id, Breach.seen_at)
    return first.limit(_AT_ONCE)
