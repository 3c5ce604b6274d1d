"""THE TABLE: which event starts which tasks. The whole product on one screen.

A service that changes something records an event in the same commit; every task subscribed
here gets its own row of work. The worker packages never call one another: they meet here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    LEAD_SUBMITTED = "lead.submitted"
    CALL_ASKED = "call.asked"
    FACTS_CORRECTED = "facts.corrected"
    CONTACT_CORRECTED = "contact.corrected"
    MAILING_PLANNED = "mailing.planned"
    OFFICE_CHANGED = "office.changed"
    STAFF_MAIL_PLANNED = "staff_mail.planned"
    TRIAL_MAIL_ASKED = "trial_mail.asked"
    DELETION_MAIL_PLANNED = "deletion_mail.planned"
    CANARY_SENT = "canary.sent"


class Queue(StrEnum):
    MATCHING = "matching"
    CALLBACKS = "callbacks"
    MAILINGS = "mailings"
    QUARANTINE = "quarantine"


@dataclass(frozen=True)
class TaskRule:
    """How one kind of task runs. `lease_seconds` must exceed the longest honest run."""

    queue: Queue
    lease_seconds: int = 30
    max_attempts: int = 8


TASKS: dict[str, TaskRule] = {
    "match_lead": TaskRule(Queue.MATCHING),
    "schedule_callback": TaskRule(Queue.CALLBACKS),
    "replan_calls": TaskRule(Queue.CALLBACKS, lease_seconds=120),
    "link_duplicates": TaskRule(Queue.CALLBACKS),
    "start_series": TaskRule(Queue.MAILINGS),
    # A mailing gives up by itself after a day; its row is never the first to.
    "send_mailing": TaskRule(Queue.MAILINGS, lease_seconds=90, max_attempts=60),
    "send_staff_mail": TaskRule(Queue.MAILINGS, lease_seconds=90),
    "send_trial_mail": TaskRule(Queue.MAILINGS, lease_seconds=90),
    "send_deletion_mail": TaskRule(Queue.MAILINGS, lease_seconds=90),
    # A request of nobody's, through every queue; what cannot be done soon is swept away, never parked.
    "canary_matching": TaskRule(Queue.MATCHING, max_attempts=60),
    "canary_callbacks": TaskRule(Queue.CALLBACKS, max_attempts=60),
    "canary_mailings": TaskRule(Queue.MAILINGS, max_attempts=60),
    "canary_quarantine": TaskRule(Queue.QUARANTINE, max_attempts=60),
}

SUBSCRIBERS: dict[Event, tuple[str, ...]] = {
    # The longest way first: the guide is on it until a mail server has answered.
    Event.LEAD_SUBMITTED: ("start_series", "match_lead", "schedule_callback"),
    Event.CALL_ASKED: ("schedule_callback",),
    Event.FACTS_CORRECTED: ("match_lead",),
    Event.CONTACT_CORRECTED: ("link_duplicates",),
    Event.MAILING_PLANNED: ("send_mailing",),
    Event.OFFICE_CHANGED: ("replan_calls",),
    Event.STAFF_MAIL_PLANNED: ("send_staff_mail",),
    Event.TRIAL_MAIL_ASKED: ("send_trial_mail",),
    Event.DELETION_MAIL_PLANNED: ("send_deletion_mail",),
    Event.CANARY_SENT: ("canary_matching", "canary_callbacks", "canary_mailings", "canary_quarantine"),
}

# A message that Redis lost is sent again after this long; it never counts as an attempt.
UNSTARTED_LEASE_SECONDS = 10
# Rows out with Celery but not begun, per queue: bounded, so that a flushed Redis costs little.
MAX_UNSTARTED = {Queue.MATCHING: 16, Queue.CALLBACKS: 16, Queue.MAILINGS: 16, Queue.QUARANTINE: 2}
# A row whose worker died this often is parked: it, not its neighbours, is the poison.
MAX_LOST = 3


def retry_delay_seconds(attempts: int) -> int:
    """Backoff after a failed attempt: 2, 4, 8 ... seconds, at most an hour."""
    return min(1 << attempts, 3600)
