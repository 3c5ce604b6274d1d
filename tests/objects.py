"""Rows that addresses can name: one that is mine, one that is a colleague's, one that is not there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select

from intake.db import transaction
from intake.models import (
    Authorisation,
    Breach,
    CallAttempt,
    Callback,
    ConsentWording,
    Deletion,
    DeletionMail,
    Disclosure,
    Doctor,
    Letter,
    LetterBatch,
    Location,
    Mailing,
    MailReply,
    OutboxTask,
    Staff,
    StaffAbsence,
    StaffKey,
)
from intake.rules.consents import wording
from intake.rules.guidance import BASE_ROWS
from intake.rules.promises import BreachReason
from intake.services import staff_mails
from intake.services.mail_decisions import Decision
from intake.services.staff_mails import MailKind
from intake.views.console.policy import ROLES, Reach
from tests.desk import account, waiting_call
from tests.directory import stored_centre, stored_doctor
from tests.factories import NOON
from tests.letters import posted_to
from tests.routes import Route, absent


@dataclass(frozen=True)
class Pair:
    """`foreign` is None where whoever may open the page may open every row there is."""

    own: object
    foreign: object | None = None


class Objects:
    """Rows for one member of staff, made as a route asks for them."""

    doctor: Doctor
    calls: Pair

    def __init__(self, me: Staff) -> None:
        self.me = me
        with transaction() as session:
            self.ben = account(session, name="Ben")

    def path(self, route: Route, app: Flask, which: str) -> str:
        """The address of a route with its rows `own`, `foreign` (where there are such) or `absent`.

        Beside a row that can be foreign, the other arguments are what they are.
        """
        made = {name: MAKERS[name](self, route) for name in route.arguments}
        some_foreign = any(pair.foreign for pair in made.values())

        def value_of(route: Route, name: str) -> object:
            if which == "absent" and (made[name].foreign or not some_foreign):
                return absent(route, name)
            return (which == "foreign" and made[name].foreign) or made[name].own

        return route.path(app, value_of)


def has_foreign(route: Route) -> bool:
    rule = ROLES.get(route.endpoint)
    return rule is not None and rule.reach is not Reach.ANY and bool(route.arguments)


def _call(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        mine, theirs = waiting_call(session), waiting_call(session)
        if ROLES[route.endpoint].reach is not Reach.WAITING:
            _hold(mine, objects.me)
        _hold(theirs, objects.ben)
    objects.calls = Pair(mine.id, theirs.id)
    return objects.calls


def _hold(callback: Callback, holder: Staff) -> None:
    callback.status, callback.claimed_by = "claimed", holder.id
    callback.claimed_until = NOON + timedelta(hours=1)


def _attempt(objects: Objects, route: Route) -> Pair:
    return Pair(_attempt_of(objects.me), _attempt_of(objects.ben))


def _attempt_of(caller: Staff) -> UUID:
    with transaction() as session:
        call = waiting_call(session)
        made = CallAttempt(
            callback_id=call.id,
            lead_id=call.lead_id,
            staff_id=caller.id,
            basis="open_request",
            rule_version="1",
        )
        made.started_at = NOON
        session.add(made)
    return made.id


def _absence(objects: Objects, route: Route) -> Pair:
    day = NOON.date() + timedelta(days=9)
    away = StaffAbsence(
        staff_id=objects.ben.id, first_day=day, last_day=day, reason="training", noted_at=NOON
    )
    with transaction() as session:
        session.add(away)
    return Pair(away.id)


def _lead(objects: Objects, route: Route) -> Pair:
    """Whoever holds the call may read the family: that of the call which the route names, if it does."""
    calls = objects.calls if "callback_id" in route.arguments else _call(objects, route)
    with transaction() as session:
        mine, theirs = (session.get_one(Callback, call).lead_id for call in (calls.own, calls.foreign))
    return Pair(mine, theirs)


def _letter(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        lead_id = posted_to(session).lead_id
    with transaction() as session:
        return Pair(session.scalars(select(Letter.id).where(Letter.lead_id == lead_id)).first())


def _batch(objects: Objects, route: Route) -> Pair:
    batch = LetterBatch(staff_id=objects.ben.id, created_at=NOON, letters=0, manifest=[])
    with transaction() as session:
        session.add(batch)
        session.flush()
        return Pair(batch.number)


def _breach(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        call = waiting_call(session)
        broken = Breach(callback_id=call.id, lead_id=call.lead_id, due_at=NOON, promise_by=NOON)
        broken.seen_at, broken.broken_at, broken.likely = NOON, NOON, next(iter(BreachReason))
        session.add(broken)
    return Pair(broken.id)


def _mailing(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        lead_id = waiting_call(session).lead_id
        mailing = Mailing(lead_id=lead_id, step="guide", status="unknown", message_id=str(uuid4()))
        mailing.due_at = mailing.created_at = NOON
        session.add(mailing)
    return Pair(mailing.id)


def _reply(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        reply = MailReply(digest=uuid4().bytes, lead_id=waiting_call(session).lead_id, sender_blind=b"a")
        reply.sender, reply.words, reply.says_stop, reply.received_at = "ada@family.example", "x", False, NOON
        session.add(reply)
    return Pair(reply.id)


def _decision(objects: Objects, route: Route) -> Pair:
    return Pair("go-on" if "reply" in route.endpoint else next(iter(Decision)).value)


def _deletion(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        lead_id = waiting_call(session).lead_id
        wish = Deletion(lead_id=lead_id, asked_at=NOON, asked_by="visitor", due_at=NOON)
        session.add(wish)
    return Pair(wish.id)


def _notice(objects: Objects, route: Route) -> Pair:
    told = DeletionMail(deletion_id=_deletion(objects, route).own, kind="centre", status="failed")
    told.centre, told.created_at, told.due_at = "A Centre", NOON, NOON
    with transaction() as session:
        session.add(told)
    return Pair(told.id)


def _authorisation(objects: Objects, route: Route) -> Pair:
    """A family's yes to a centre: of the family whose call I hold, and of a colleague's."""
    calls = _call(objects, route)
    return Pair(_authorisation_of(calls.own), _authorisation_of(calls.foreign))


def _authorisation_of(call_id: object) -> UUID:
    words = wording("share_with_centre")
    with transaction() as session:
        if session.get(ConsentWording, words.sha256) is None:
            fields = {"purpose": "share", "version": "1", "language": "en", "text": words.template}
            session.add(ConsentWording(sha256=words.sha256, **fields))
        lead_id = session.get_one(Callback, call_id).lead_id
        given = Authorisation(lead_id=lead_id, centre="A Centre", fields=["phone"], given_by="visitor")
        given.wording_sha256, given.given_at = words.sha256, NOON
        given.until = NOON + timedelta(days=9)
        given.centre_id = stored_centre(name=str(uuid4())).id
        session.flush()
        session.add(given)
    return given.id


def _disclosure(objects: Objects, route: Route) -> Pair:
    yes = _authorisation(objects, route)
    return Pair(*(_disclosure_of(objects, one) for one in (yes.own, yes.foreign)))


def _disclosure_of(objects: Objects, yes: object) -> UUID:
    with transaction() as session:
        allowed = session.get_one(Authorisation, yes)
        given = Disclosure(lead_id=allowed.lead_id, authorisation_id=allowed.id, staff_id=objects.ben.id)
        given.at, given.centre, given.address = NOON, allowed.centre, "intake@centre.example"
        given.fields, given.content = ["phone"], "{}"
        session.add(given)
    return given.id


def _key(objects: Objects, route: Route) -> Pair:
    return Pair(_key_of(objects.me.id), _key_of(objects.ben.id))


def _key_of(staff_id: UUID) -> UUID:
    key = StaffKey(staff_id=staff_id, name="Blue", credential_id=uuid4().bytes, public_key=b"", sign_count=0)
    key.created_at = NOON
    with transaction() as session:
        session.add(key)
    return key.id


def _doctor(objects: Objects, route: Route) -> Pair:
    """One doctor a request, so that a location of hers can be found."""
    objects.doctor = stored_doctor(expertise=("surgery",) if "deactivate" in route.endpoint else ())
    return Pair(objects.doctor.id)


def _location(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        wanted = select(Location.id).where(Location.doctor_id == objects.doctor.id)
        return Pair(session.scalars(wanted).one())


def _task(objects: Objects, route: Route) -> Pair:
    task = OutboxTask(
        event="lead.submitted",
        task="match_lead",
        queue="matching",
        subject_id=uuid4(),
        state="parked",
        due_at=NOON,
        created_at=NOON,
        last_error="a test",
    )
    with transaction() as session:
        session.add(task)
    return Pair(task.id)


def _link(objects: Objects, route: Route) -> Pair:
    with transaction() as session:
        return Pair(staff_mails.send_link(session, objects.me, MailKind.PASSWORD, now=NOON).token)


# By the name of the argument. A route with a new one fails the matrix until its rows are made here.
MAKERS: dict[str, Callable[[Objects, Route], Pair]] = {
    "absence_id": _absence,
    "attempt_id": _attempt,
    "authorisation_id": _authorisation,
    "breach_id": _breach,
    "callback_id": _call,
    "decision": _decision,
    "deletion_id": _deletion,
    "disclosure_id": _disclosure,
    "doctor_id": _doctor,
    "key_id": _key,
    "kind": lambda objects, route: Pair("guide"),
    "language": lambda objects, route: Pair("en"),
    "lead_id": _lead,
    "letter_id": _letter,
    "location_id": _location,
    "mailing_id": _mailing,
    "name": lambda objects, route: Pair("guide"),
    "notice_id": _notice,
    "number": _batch,
    "ordinal": lambda objects, route: Pair(NOON.date().toordinal() + 30),
    "other_id": lambda objects, route: Pair(stored_doctor(last_name="Other").id),
    "reply_id": _reply,
    "row_id": lambda objects, route: Pair(BASE_ROWS[0].id),
    "staff_id": lambda objects, route: Pair(objects.ben.id),
    "table": lambda objects, route: Pair("funnel"),
    "task_id": _task,
    "token": _link,
    "what": lambda objects, route: Pair("pause"),
}
