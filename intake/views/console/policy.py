"""Who may open which page of the console: the one table, and the guard that asks it."""

from dataclasses import dataclass
from enum import StrEnum

from flask import abort, g, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.models.staff import Staff
from intake.services import keys
from intake.services.staff import Role, roles_of
from intake.views.clock import utc_now
from intake.views.public.site import settings


class Reach(StrEnum):
    """Which of the rows that an address can name are open to somebody who may open the page."""

    ANY = "any"  # every row: the directory, the guidance, parked work, accounts
    WAITING = "waiting"  # calls of the pool, and the one that this person holds
    OWN_ACCOUNT = "own account"  # only what belongs to this person's own account
    HELD = "held"  # only a call that this person holds now
    HELD_OR_SUPERVISED = "held, or read by a supervisor"
    RUNG_OR_SUPERVISED = "rung by this person, or read by a supervisor"
    FOUND_OR_SUPERVISED = "a family that this person found lately or has a call of, or seen by a supervisor"
    HELD_FAMILY_OR_SUPERVISED = "the family of a call that this person holds, or seen by a supervisor"


@dataclass(frozen=True)
class Rule:
    """Which roles a route is open to, and within them which rows.

    `step_up`: a code or a key must have been shown in the last ten minutes (exports, deletions, and
    whatever could give somebody else a way in).
    """

    roles: frozenset[Role]
    reach: Reach = Reach.ANY
    step_up: bool = False


_ALL = Rule(frozenset(Role))
_CALLERS = Rule(frozenset({Role.ADVOCATE, Role.SUPERVISOR}))
_SUPERVISORS = Rule(frozenset({Role.SUPERVISOR}))
_ADMINS = Rule(frozenset({Role.ADMIN}))
_EDITORS = Rule(frozenset({Role.SUPERVISOR, Role.ADMIN}))
_POOL = Rule(_CALLERS.roles, Reach.WAITING)
_OWN_ACCOUNT = Rule(_ALL.roles, Reach.OWN_ACCOUNT, step_up=True)
_ADMINS_PROVEN = Rule(_ADMINS.roles, step_up=True)
# Files with the names and addresses of families, and what deletes one.
_EXPORTS = Rule(_SUPERVISORS.roles, step_up=True)
_OWN_CALL = Rule(_CALLERS.roles, Reach.HELD)
_FAMILY_MAIL = Rule(_CALLERS.roles, Reach.HELD_FAMILY_OR_SUPERVISED)
_CALL_PAGE = Rule(_CALLERS.roles, Reach.HELD_OR_SUPERVISED)
_FOUND = Rule(_CALLERS.roles, Reach.FOUND_OR_SUPERVISED)
_FOUND_FILE = Rule(_CALLERS.roles, Reach.FOUND_OR_SUPERVISED, step_up=True)
_OWN_ATTEMPT = Rule(_CALLERS.roles, Reach.RUNG_OR_SUPERVISED)

# Pages for somebody who is not signed in.
OPEN = frozenset(
    {"console.sign_in", "console.forgot", "console.forgot_sent", "console.link", "console.follow_link"}
)

# Every other route of the console, by role and by row. The route matrix (tests/integration/
# test_route_matrix.py) fails for a route that is missing here and for one that does not keep its rule.
ROLES: dict[str, Rule] = {
    "console.sign_out": _ALL,
    "console.password": _ALL,
    "console.my_account": _ALL,
    "console.add_key": _OWN_ACCOUNT,
    "console.remove_key": _OWN_ACCOUNT,
    "console.new_codes": _OWN_ACCOUNT,
    "console.sign_out_others": _ALL,
    "console.turn_shortcuts": _ALL,
    "console.choose_look": _ALL,
    "console.confirm": _ALL,
    "console.queue": _ALL,
    "console.news": _CALLERS,
    "console.claim_next": _CALLERS,
    "console.claim": _POOL,
    "console.call": _CALL_PAGE,
    "console.start_call": _OWN_CALL,
    "console.save": _OWN_CALL,
    "console.release": _OWN_CALL,
    "console.send_doctors": _OWN_CALL,
    "console.facts": _OWN_CALL,
    "console.save_facts": _OWN_CALL,
    "console.find": _CALLERS,
    "console.new_lead": _CALLERS,
    "console.make_lead": _CALLERS,
    "console.lead": _FOUND,
    "console.lead_viewers": _FOUND,
    "console.take_lead": _FOUND,
    "console.link_lead": _FOUND,
    "console.part_lead": _FOUND,
    "console.mark_lead": _FOUND,
    "console.unmark_lead": _FOUND,
    "console.deletion_list": _SUPERVISORS,
    "console.close_deletion": _SUPERVISORS,
    "console.centre_told": _SUPERVISORS,
    "console.lead_data": _SUPERVISORS,
    "console.lead_data_file": _EXPORTS,
    "console.lead_data_paper": _EXPORTS,
    "console.erase_lead": _EXPORTS,
    "console.lead_sharing": _FOUND,
    "console.allow_by_voice": _FOUND,
    "console.give_to_centre": _FOUND,
    "console.take_back_sharing": _FOUND,
    "console.shared_file": _FOUND_FILE,
    "console.keep": _OWN_CALL,
    "console.stay": _OWN_CALL,
    "console.hand_over": _OWN_CALL,
    "console.undo_outcome": _OWN_CALL,
    "console.receipt": _OWN_ATTEMPT,
    "console.mail_receipt": _SUPERVISORS,
    "console.letter_receipt": _SUPERVISORS,
    "console.calling_rules": _ALL,
    "console.show_board": _SUPERVISORS,
    "console.board_live": _SUPERVISORS,
    "console.give_call": _SUPERVISORS,
    "console.pause_colleague": _SUPERVISORS,
    "console.broken_promises": _SUPERVISORS,
    "console.explain_breach": _SUPERVISORS,
    "console.show_reports": _SUPERVISORS,
    "console.report_file": _SUPERVISORS,
    "console.take_break": _CALLERS,
    "console.end_break": _CALLERS,
    "console.work": _SUPERVISORS,
    "console.redo": _SUPERVISORS,
    "console.discard": _SUPERVISORS,
    "console.all_documents": _ALL,
    "console.document": _ALL,
    "console.sign_document": _EDITORS,
    "console.sample_document": _ALL,
    "console.lead_documents": _CALL_PAGE,
    "console.lead_document": _CALL_PAGE,
    "console.stop_letters": _CALL_PAGE,
    "console.letter_queue": _SUPERVISORS,
    "console.make_batch": _SUPERVISORS,
    "console.letter_batch": _SUPERVISORS,
    "console.print_batch": _EXPORTS,
    "console.batch_labels": _EXPORTS,
    "console.batch_manifest": _EXPORTS,
    "console.post_batch": _SUPERVISORS,
    "console.give_batch_back": _SUPERVISORS,
    "console.track_letter": _SUPERVISORS,
    "console.letter_returned": _SUPERVISORS,
    "console.take_letter_out": _SUPERVISORS,
    "console.letter_address": _SUPERVISORS,
    "console.correct_letter_address": _SUPERVISORS,
    "console.series": _CALLERS,
    "console.series_step": _SUPERVISORS,
    "console.release_mail": _SUPERVISORS,
    "console.decide_mail": _SUPERVISORS,
    "console.settle_reply": _SUPERVISORS,
    "console.lead_mail": _FAMILY_MAIL,
    "console.mail_preview_page": _FAMILY_MAIL,
    "console.mail_html": _FAMILY_MAIL,
    "console.mail_document": _FAMILY_MAIL,
    "console.mail_trial": _FAMILY_MAIL,
    "console.change_mail": _FAMILY_MAIL,
    "console.condolence": _SUPERVISORS,
    "console.calendar": _EDITORS,
    "console.save_week": _EDITORS,
    "console.save_day": _EDITORS,
    "console.add_federal": _EDITORS,
    "console.drop_day": _EDITORS,
    "console.team": _EDITORS,
    "console.colleague": _EDITORS,
    "console.save_skills": _EDITORS,
    "console.save_shift": _EDITORS,
    "console.add_absence": _EDITORS,
    "console.drop_absence": _EDITORS,
    "console.people": _ADMINS,
    "console.invite": _ADMINS_PROVEN,
    "console.person": _ADMINS,
    "console.change_person": _ADMINS_PROVEN,
    "console.doctors": _ALL,
    "console.doctor": _ALL,
    "console.doctor_matches": _ALL,
    "console.to_verify": _ALL,
    "console.guidance": _ALL,
    "console.guidance_row": _ALL,
    "console.sign_off": _EDITORS,
    "console.duplicates": _EDITORS,
    "console.add_doctor": _EDITORS,
    "console.edit_doctor": _EDITORS,
    "console.save_doctor": _EDITORS,
    "console.verify_doctor": _EDITORS,
    "console.save_verification": _EDITORS,
    "console.deactivate_doctor": _EDITORS,
    "console.reactivate_doctor": _EDITORS,
    "console.new_location": _EDITORS,
    "console.add_location": _EDITORS,
    "console.location": _EDITORS,
    "console.save_location": _EDITORS,
    "console.remove_location": _EDITORS,
    "console.choose_merge": _EDITORS,
    "console.merge": _EDITORS,
    "console.save_merge": _EDITORS,
}
_SECRET = frozenset({"old", "new", "password", "code", "assertion", "confirm_code", "confirm_assertion"})
_NOT_TYPED = _SECRET | {"csrf_token", "version", "page", "other_version", "attempt", "digest"}
# Where keys are required, nothing else opens to an account that has none yet.
_BEFORE_A_KEY = frozenset(
    {"console.my_account", "console.add_key", "console.confirm", "console.sign_out", "console.password"}
)


def admit() -> Response | tuple[str, int] | None:
    """Before every console request: a sign-in that is open, then the role. None lets it through."""
    endpoint = str(request.endpoint)
    g.now = utc_now()
    if endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        return _signed_out()
    g.sign_in, g.staff = current_user.sign_in, current_user.staff
    g.needs_key = settings().keys_only and not _has_key(g.staff)
    if g.needs_key and endpoint not in _BEFORE_A_KEY:
        return redirect(url_for("console.my_account"), code=303)
    if not may_open(g.staff, endpoint):
        abort(403)
    return None


def may_open(staff: Staff, endpoint: str) -> bool:
    return not ROLES[endpoint].roles.isdisjoint(roles_of(staff, now=g.now))


def _has_key(staff: Staff) -> bool:
    with transaction() as session:
        return bool(keys.of_staff(session, staff.id))


def me() -> Staff:
    """The member of staff whom the guard let in."""
    staff = g.staff
    assert isinstance(staff, Staff)
    return staff


def _signed_out() -> Response | tuple[str, int]:
    """Reading leads to the sign-in page; a post is answered with what was typed, so that no note is lost.

    What a page asks by itself gets a sentence to show: what was typed still stands in that page.
    """
    if "HX-Request" in request.headers:
        return render_template("console/signed_out_note.html"), 401
    if request.method == "POST":
        return render_template("console/signed_out.html", notes=_typed()[:20000]), 401
    return redirect(url_for("console.sign_in"), code=303)


def _typed() -> str:
    """The notes of a call, or every answer of another form; nothing that is secret or that a page added."""
    if "notes" in request.form:
        return request.form["notes"]
    answers = request.form.lists()
    return "\n".join(
        f"{name}: {', '.join(values)}" for name, values in answers if name not in _NOT_TYPED and any(values)
    )
