"""The series and one family's mail in words for staff."""

from intake.models.mailing import Mailing
from intake.rules.series import SERIES, Anchor, Ending, Need, Part, Series, Step
from intake.rules.series_plan import Fate, Outlook, Verdict, Why
from intake.rules.statuses import MailingStatus
from intake.services.mail_decisions import LEFT
from intake.services.series_cases import Sent
from intake.views.console import words

WHY = {
    Why.PLANNED: "as planned",
    Why.DONE: "done",
    Why.NOT_ASKED: "they did not agree to it",
    Why.NO_ADDRESS: "we have no email address",
    Why.STOPPED: "the address said stop",
    Why.BOUNCED: "the address does not work",
    Why.DIED: "the patient has died",
    Why.CLOSED: "the request is closed",
    Why.ENDED: "the series was ended",
    Why.NOT_FOR_THEM: "it is for others",
    Why.TOO_LATE: "it would come too late",
    Why.NO_MATCH: "no list of doctors yet; looked for once a day",
    Why.NO_PACKET: "no packet was posted yet",
    Why.NOT_SPOKEN: "nobody has spoken with them yet",
    Why.NO_APPOINTMENT: "they entered no appointment",
    Why.BY_HAND: "a person has to send it",
    Why.REPLY: "a reply of theirs waits to be read",
    Why.BRAKE: "all mails are held: too many complaints",
    Why.NOT_IN_SERIES: "the series has this step no more",
    Why.CALL_IN_TIME: "the call is not late",
}
STATUS = {
    MailingStatus.PLANNED: "comes",
    MailingStatus.SENDING: "on its way now",
    MailingStatus.ACCEPTED: "sent",
    MailingStatus.FAILED: "not delivered",
    MailingStatus.SUPPRESSED: "will not come",
    MailingStatus.UNKNOWN: "sent, fate unknown",
}
FATE = {
    Fate.SEND: "will come",
    Fate.LOOK: "may come",
    Fate.WAIT: "waits",
    Fate.NEVER: "will not come",
    Fate.SETTLED: "done",
}
_PART = {
    Part.AT_ONCE: "at once",
    Part.ANY: "in the day",
    Part.MORNING: "in the morning",
    Part.AFTERNOON: "in the afternoon",
}
_NEED = {
    Need.MATCH: "a list of doctors",
    Need.SPOKEN: "a call that reached them",
    Need.PACKET: "a posted packet",
}
_ANCHOR = {
    Anchor.ASKED: "they asked",
    Anchor.SPOKEN: "we spoke",
    Anchor.PACKET: "the packet should be there",
    Anchor.APPOINTMENT: "the appointment",
    Anchor.BY_HAND: "a person sends it",
    Anchor.CALL_LATE: "we saw that our call is late",
    Anchor.CHOSEN: "an advocate sent the doctors of a call",
}
_AT_ONCE = {Anchor.ASKED: "they ask", Anchor.SPOKEN: "we have spoken"}
_ENDS = {
    Ending.STOPPED: "they say stop",
    Ending.BOUNCED: "the address does not work",
    Ending.DIED: "the patient has died",
    Ending.CLOSED: "the request is closed",
    Ending.ENDED: "they or staff end it",
}
_ANSWER = {
    "kind": {"match": "asked for doctors", "guide": "asked for the guide only"},
    "relation": words.RELATION,
    "diagnosis": words.DIAGNOSIS,
    "stage": words.STAGE,
    "treatment_status": words.TREATMENT,
}
_WENT = (MailingStatus.SENDING, MailingStatus.ACCEPTED, MailingStatus.UNKNOWN)
SUPPRESSED = {
    "bounced": "A mail came back: the address does not work.",
    "complained": "They marked a mail of ours as spam.",
}


def label(key: str) -> str:
    """The step's name of a mailing's key, with what it was a repeat of."""
    step = SERIES.step(key)
    repeat = key.partition(".")[2]
    return f"{step.label if step else key}{f' ({repeat})' if repeat else ''}"


def when(step: Step) -> str:
    """ "3 days after they asked, in the morning"."""
    if step.part is Part.AT_ONCE:
        return f"as soon as {_AT_ONCE.get(step.after, _ANCHOR[step.after])}"
    if step.after is Anchor.BY_HAND:
        return "only when a person sends it"
    days = abs(step.days)
    count = "on the day of" if days == 0 else f"{days} day{'' if days == 1 else 's'}"
    side = "" if days == 0 else (" before" if step.days < 0 else " after")
    hours = hours_of(step.part)
    return f"{count}{side} {_ANCHOR[step.after]}, {_PART[step.part]} ({hours})"


def hours_of(part: Part) -> str:
    begins, ends = SERIES.windows[part]
    return f"{begins // 60}:{begins % 60:02}-{ends // 60}:{ends % 60:02}"


def for_whom(step: Step) -> str:
    """ "asked for doctors; husband, wife or partner or son or daughter"."""
    parts = []
    for name, values in step.only.items():
        parts.append(" or ".join(_ANSWER[name][value].lower() for value in sorted(values)))
    return "; ".join(parts) or "everybody"


def needs(step: Step) -> str:
    return ", ".join(_NEED[need] for need in Need if need in step.needs) or "nothing"


def ends(series: Series) -> str:
    """ "they say stop, the address does not work or the patient dies"."""
    *most, last = [_ENDS[ending] for ending in Ending if ending in series.ends_on]
    return f"{', '.join(most)} or {last}" if most else last


def why(code: str | None) -> str:
    if code == LEFT:
        return "left as it is by a supervisor"
    return WHY[Why(code)] if code in set(Why) else ""


def state(verdict: Verdict | Outlook, mailing: Mailing | Sent | None) -> str:
    """What became of a step, or will."""
    if mailing is None or mailing.status == MailingStatus.SUPPRESSED:
        return FATE[verdict.fate]
    return STATUS[MailingStatus(mailing.status)]


def reason(verdict: Verdict | Outlook, mailing: Mailing | Sent | None) -> str:
    """Why it is so, where that is worth a word."""
    status = mailing.status if mailing else None
    if mailing and status == MailingStatus.FAILED:
        return getattr(mailing, "answer", None) or why(mailing.because)
    if mailing and (status in _WENT or (status == MailingStatus.PLANNED and mailing.because)):
        return why(mailing.because)
    return "" if verdict.why is Why.PLANNED else why(verdict.why)


def stopped(code: str) -> str:
    return SUPPRESSED.get(code, "They asked us to stop.")
