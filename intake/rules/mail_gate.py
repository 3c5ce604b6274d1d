"""The last question before a mail of a series leaves: may this family be mailed at this moment? Pure."""

from datetime import datetime

from intake.rules.calling_hours import Whereabouts
from intake.rules.may_contact import MayCall, Standing, may_mail
from intake.rules.series import Part, SeriesTable
from intake.rules.series_plan import Case, Why, barred


def may_send(table: SeriesTable, case: Case, key: str, now: datetime) -> MayCall:
    """The answer of the rules of mail_rules.toml for a mailing's key, whatever hours the series keeps.

    Zones too far apart to share an hour: the likeliest clock decides about a mail.
    """
    step = table.step(key)
    assert step is not None
    why, requested = barred(table.series_of(step), case), step.part is Part.AT_ONCE
    standing = Standing(
        reachable=case.has_address, agreed=why is not Why.NOT_ASKED, stopped=why not in (None, Why.NOT_ASKED)
    )
    answer = may_mail(Whereabouts(case.zones), now, requested=requested, standing=standing)
    if answer.allowed or answer.never or answer.next_open:
        return answer
    return may_mail(Whereabouts(case.zones[:1]), now, requested=requested, standing=standing)
