"""Conservation, by SQL of its own: what was promised stands exactly once, and nothing else does.

It shares no code with the product and none with `advocate check`; `disagreements` compares the two.
"""

from collections import Counter
from typing import Any

import psycopg

from tests.chaos.ledger import Ledger
from tests.chaos.system import System

# Each names leads (or rows) that break a promise. `:ids` are the submission ids answered 303.
PER_LEAD = {
    "not one current match set": """
        SELECT count(*) FROM lead WHERE kind = 'match' AND 1 <> (
            SELECT count(*) FROM match_set WHERE lead_id = lead.id AND current)""",
    "more than one match set": """
        SELECT count(*) FROM (SELECT FROM match_set GROUP BY lead_id HAVING count(*) > 1) AS doubled""",
    "no doctor in the match set": """
        SELECT count(*) FROM match_set WHERE NOT EXISTS (
            SELECT FROM match WHERE match_set_id = match_set.id)""",
    "not one callback": """
        SELECT count(*) FROM lead WHERE wants_call AND 1 <> (
            SELECT count(*) FROM callback WHERE lead_id = lead.id)""",
    "not one guide": """
        SELECT count(*) FROM lead WHERE wants_guide AND 1 <> (
            SELECT count(*) FROM mailing WHERE lead_id = lead.id AND step = 'guide')""",
    "a step of a series twice": """
        SELECT count(*) FROM (SELECT FROM mailing GROUP BY lead_id, step HAVING count(*) > 1) AS doubled""",
    "guide settled and no step after it": """
        SELECT count(*) FROM mailing AS guide WHERE step = 'guide' AND status IN ('accepted', 'unknown')
            AND NOT EXISTS (SELECT FROM mailing WHERE lead_id = guide.lead_id AND status = 'planned')
            AND NOT EXISTS (SELECT FROM suppression WHERE address_blind = guide.recipient_blind)""",
    "not one contact": """
        SELECT count(*) FROM lead WHERE 1 <> (SELECT count(*) FROM contact WHERE lead_id = lead.id)""",
    "not each consent answered once": """
        SELECT count(*) FROM lead WHERE (SELECT (count(*) > 1, count(*))
            FROM consent_event WHERE lead_id = lead.id) IS DISTINCT FROM (SELECT (true, count(*))
            FROM (SELECT DISTINCT wording_sha256 FROM consent_event WHERE lead_id = lead.id) AS wordings)""",
    "not one audit entry of the submission": """
        SELECT count(*) FROM lead WHERE 1 <> (SELECT count(*) FROM audit_entry
            WHERE action = 'lead.submitted' AND subject_id = lead.id::text)""",
    "mail sent before it was due": """
        SELECT count(*) FROM mailing WHERE sending_at < due_at""",
    "a draft left behind": """
        SELECT count(*) FROM draft JOIN lead USING (submission_id)""",
    "work leased past its lease": """
        SELECT count(*) FROM outbox_task WHERE state = 'leased' AND leased_until < clock_timestamp()
            AND event <> 'canary.sent'""",
    "work due and not done": """
        SELECT count(*) FROM outbox_task WHERE state IN ('due', 'leased') AND due_at <= clock_timestamp()
            AND event <> 'canary.sent'""",
    "work parked": "SELECT count(*) FROM outbox_task WHERE state = 'parked'",
    "guide neither accepted nor unknown": """
        SELECT count(*) FROM mailing WHERE step = 'guide' AND status NOT IN ('accepted', 'unknown')""",
    "mailing under way that nobody owns": """
        SELECT count(*) FROM mailing WHERE status = 'sending' AND NOT EXISTS (SELECT FROM outbox_task
            WHERE subject_id = mailing.id AND state IN ('due', 'leased'))""",
}


def violations(
    running: System, ledger: Ledger | None, *, allowed: frozenset[str] = frozenset()
) -> Counter[str]:
    """What is broken, by name and count. Empty when everything promised stands exactly once.

    `allowed` names rules that an experiment breaks on purpose.
    """
    found: Counter[str] = Counter()
    with psycopg.connect(running.dsn, autocommit=True) as line:
        for name, query in PER_LEAD.items():
            if name not in allowed:
                found[name] = _number(line, query)
        found += _mail(line, running.mails)
        if ledger is not None:
            found += _promises(line, ledger)
    return +found


def unknown_mails(running: System) -> int:
    return int(running.ask("SELECT count(*) FROM mailing WHERE status = 'unknown'")[0][0])


def disagreements(running: System, broken: Counter[str]) -> Counter[str]:
    """Where `advocate check` and this oracle say different things."""
    said = running.check()
    own = {
        "leads": "SELECT count(*) FROM lead",
        "parked": "SELECT count(*) FROM outbox_task WHERE state = 'parked'",
        "unknown": "SELECT count(*) FROM mailing WHERE status = 'unknown'",
        "suppressed": "SELECT count(*) FROM mailing WHERE status = 'suppressed'",
    }
    counted = {name: int(running.ask(query)[0][0]) for name, query in own.items()}
    apart = Counter({f"check counts other {name}": abs(said[name] - counted[name]) for name in own})
    lacking = ("not one current match set", "not one callback", "guide neither accepted nor unknown")
    lacks = any(broken[name] for name in lacking)
    apart["check and oracle differ on what is missing"] = int(bool(said["missing"]) is not lacks)
    return +apart


def _number(line: psycopg.Connection[Any], query: str, *given: object) -> int:
    row = line.execute(query, given).fetchone()
    assert row is not None
    return int(row[0])


def _mail(line: psycopg.Connection[Any], mails: list[dict[str, str]]) -> Counter[str]:
    """What the mail server took against what the database says."""
    sent = Counter(mail["message_id"] for mail in mails)
    stored = dict(line.execute("SELECT message_id, status FROM mailing").fetchall())
    return Counter(
        {
            "mail taken more than once": sum(count - 1 for count in sent.values()),
            "mail taken that no row knows": sum(1 for token in sent if token not in stored),
            "mail accepted and not taken": sum(
                1 for token, status in stored.items() if status == "accepted" and token not in sent
            ),
            "mail taken and neither accepted nor unknown": sum(
                1 for token in sent if stored.get(token) not in ("accepted", "unknown")
            ),
        }
    )


def _promises(line: psycopg.Connection[Any], ledger: Ledger) -> Counter[str]:
    leads = Counter(row[0] for row in line.execute("SELECT submission_id FROM lead").fetchall())
    promised, asked = ledger.promised(), ledger.all_asked()
    return Counter(
        {
            "promised and not stored": sum(1 for each in promised if each not in leads),
            "stored twice": sum(count - 1 for count in leads.values()),
            "stored and never asked for": sum(1 for each in leads if each not in asked),
        }
    )
