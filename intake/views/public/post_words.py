"""What we send a family, in its own words: what went out, what comes, what did not work."""

from dataclasses import dataclass
from datetime import datetime

from intake.forms.times import say_day
from intake.language import gettext, lazy_gettext
from intake.models.letter import Letter
from intake.models.mailing import Mailing
from intake.rules.series_plan import Outlook, Why
from intake.rules.statuses import LetterStatus, MailingStatus

_STEPS = {
    "guide": lazy_gettext("Your guide"),
    "doctors": lazy_gettext("A note when your list of doctors is ready"),
    "questions": lazy_gettext("A short list of questions for your doctor"),
    "after_call": lazy_gettext("A note after our talk"),
    "after_treatment": lazy_gettext("A note about the time after treatment"),
    "helpers": lazy_gettext("A note for those who help"),
    "check_in": lazy_gettext("A note to ask how things are"),
    "last": lazy_gettext("A last note"),
    "appointment_soon": lazy_gettext("A reminder of the check-up"),
    "appointment_near": lazy_gettext("A reminder of the check-up"),
    "appointment_after": lazy_gettext("A note after the check-up"),
    "condolence": lazy_gettext("A letter of sympathy"),
    "chosen": lazy_gettext("The doctors you spoke about with a nurse"),
    "late_call": lazy_gettext("A note that our call comes late"),
}
_STOPPED = {Why.STOPPED, Why.ENDED, Why.CLOSED, Why.DIED, None}


@dataclass(frozen=True)
class Post:
    name: str
    words: str


def post_of(mailings: list[Mailing], coming: list[Outlook], zone: str) -> list[Post]:
    """In the order of their days. What was left out for a reason of ours is not shown."""
    rows = [mailing for mailing in mailings if _is_shown(mailing)]
    dated: list[tuple[datetime, Post]] = [(row.due_at, _row(row, zone)) for row in rows]
    dated += [(one.due_at, _coming(one.key, one.due_at, zone)) for one in coming if one.due_at]
    return [post for _, post in sorted(dated, key=lambda pair: pair[0])]


def letters_of(letters: list[Letter], zone: str) -> list[Post]:
    """The same on paper."""
    return [_letter(letter, say_day(letter.posted_at or letter.due_at, zone)) for letter in letters]


def _letter(letter: Letter, day: str) -> Post:
    words = {
        LetterStatus.PLANNED: gettext("We will post it in the next days."),
        LetterStatus.PRINTED: gettext("It is printed, and we will post it soon."),
        LetterStatus.POSTED: gettext("Posted on %(day)s.", day=day),
        LetterStatus.RETURNED: gettext("It came back to us. Please give us the address once more."),
        LetterStatus.SUPPRESSED: gettext("Stopped. Ring us if you still want it."),
    }
    return Post(gettext("%(name)s, by post", name=_name(letter.step)), words[LetterStatus(letter.status)])


def _is_shown(mailing: Mailing) -> bool:
    return mailing.status != MailingStatus.SUPPRESSED or mailing.because in {*_STOPPED, Why.BOUNCED}


def _name(key: str) -> str:
    return str(_STEPS.get(key.partition(".")[0]) or gettext("A note from us"))


def _coming(key: str, due_at: datetime, zone: str) -> Post:
    return Post(_name(key), gettext("Coming on %(day)s.", day=say_day(due_at, zone)))


def _row(mailing: Mailing, zone: str) -> Post:
    return Post(_name(mailing.step), _words(mailing, say_day(mailing.answered_at or mailing.due_at, zone)))


def _words(mailing: Mailing, day: str) -> str:
    undelivered = gettext("It could not be delivered. Please check your email address below.")
    stopped = undelivered if mailing.because == Why.BOUNCED else gettext("Stopped, as you asked.")
    return {
        MailingStatus.PLANNED: gettext("Coming on %(day)s.", day=day),
        MailingStatus.SENDING: gettext("On its way now."),
        MailingStatus.ACCEPTED: gettext("Sent on %(day)s.", day=day),
        MailingStatus.FAILED: undelivered,
        MailingStatus.SUPPRESSED: stopped,
        MailingStatus.UNKNOWN: gettext("Sent on %(day)s. If it has not arrived, call us.", day=day),
    }[MailingStatus(mailing.status)]
