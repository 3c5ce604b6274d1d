"""Every status in the product and the one table of its allowed changes."""

from enum import StrEnum
from typing import TypeVar

from intake.errors import IllegalTransition


class LeadStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CallbackStatus(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    CANCELLED = "cancelled"


class MailingStatus(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    ACCEPTED = "accepted"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


class LetterStatus(StrEnum):
    """`printed` is in a batch, with its paper; `posted` is on its way, or there."""

    PLANNED = "planned"
    PRINTED = "printed"
    POSTED = "posted"
    RETURNED = "returned"
    SUPPRESSED = "suppressed"


class TaskState(StrEnum):
    """`due` waits for its hour, `leased` is with Celery; the rest are ends."""

    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    PARKED = "parked"
    DISCARDED = "discarded"


class DoctorStatus(StrEnum):
    CANDIDATE = "candidate"
    VERIFIED = "verified"
    DEACTIVATED = "deactivated"


# One table per kind: members of two StrEnums with the same text are equal, so they cannot share keys.
TRANSITIONS: dict[type[StrEnum], dict[StrEnum, frozenset[StrEnum]]] = {
    LeadStatus: {
        LeadStatus.OPEN: frozenset({LeadStatus.CLOSED}),
        LeadStatus.CLOSED: frozenset({LeadStatus.OPEN}),
    },
    CallbackStatus: {
        CallbackStatus.WAITING: frozenset({CallbackStatus.CLAIMED, CallbackStatus.CANCELLED}),
        CallbackStatus.CLAIMED: frozenset(
            {CallbackStatus.WAITING, CallbackStatus.DONE, CallbackStatus.CANCELLED}
        ),
        # An outcome was taken back.
        CallbackStatus.DONE: frozenset({CallbackStatus.CLAIMED}),
        # Merged into a call of its family, which it leaves again.
        CallbackStatus.CANCELLED: frozenset({CallbackStatus.WAITING}),
    },
    MailingStatus: {
        MailingStatus.PLANNED: frozenset({MailingStatus.SENDING, MailingStatus.SUPPRESSED}),
        MailingStatus.SENDING: frozenset(
            {
                MailingStatus.PLANNED,
                MailingStatus.ACCEPTED,
                MailingStatus.FAILED,
                MailingStatus.SUPPRESSED,
                MailingStatus.UNKNOWN,
            }
        ),
        # A bounce comes after the mail server said yes.
        MailingStatus.ACCEPTED: frozenset({MailingStatus.FAILED}),
        MailingStatus.FAILED: frozenset({MailingStatus.PLANNED}),
        # What forbade it may go: an address is corrected, an outcome taken back.
        MailingStatus.SUPPRESSED: frozenset({MailingStatus.PLANNED}),
        # A person decides: it arrived, send it again, or leave it as it is.
        MailingStatus.UNKNOWN: frozenset(
            {MailingStatus.PLANNED, MailingStatus.ACCEPTED, MailingStatus.FAILED, MailingStatus.UNKNOWN}
        ),
    },
    LetterStatus: {
        LetterStatus.PLANNED: frozenset({LetterStatus.PRINTED, LetterStatus.SUPPRESSED}),
        LetterStatus.PRINTED: frozenset({LetterStatus.POSTED, LetterStatus.PLANNED, LetterStatus.SUPPRESSED}),
        LetterStatus.POSTED: frozenset({LetterStatus.RETURNED}),
        LetterStatus.RETURNED: frozenset(),
        LetterStatus.SUPPRESSED: frozenset(),
    },
    TaskState: {
        TaskState.DUE: frozenset({TaskState.LEASED, TaskState.DISCARDED}),
        # A request that is erased takes its work with it, even work that runs.
        TaskState.LEASED: frozenset({TaskState.DUE, TaskState.DONE, TaskState.PARKED, TaskState.DISCARDED}),
        TaskState.DONE: frozenset(),
        TaskState.PARKED: frozenset({TaskState.DUE, TaskState.DISCARDED}),
        TaskState.DISCARDED: frozenset(),
    },
    DoctorStatus: {
        DoctorStatus.CANDIDATE: frozenset({DoctorStatus.VERIFIED, DoctorStatus.DEACTIVATED}),
        DoctorStatus.VERIFIED: frozenset({DoctorStatus.CANDIDATE, DoctorStatus.DEACTIVATED}),
        DoctorStatus.DEACTIVATED: frozenset({DoctorStatus.CANDIDATE}),
    },
}

S = TypeVar("S", bound=StrEnum)


def change(old: S, new: S) -> S:
    """Return `new` when `old` may become `new`; raise IllegalTransition otherwise."""
    if new not in TRANSITIONS[type(new)][old]:
        raise IllegalTransition(f"{type(new).__name__} cannot go from {old} to {new}")
    return new
