"""The experiments against a product whose guard was taken out: each must then fail, else it proves nothing.

The tree is copied, a guard is cut out of the copy by text, and the experiment runs there. The product itself
has no flag for it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from intake.config import ROOT
from tests.bench.figures import Figure
from tests.chaos.experiment import Given, Rows, experiment

TREES = ("intake", "workers", "templates", "migrations", "tests")


@dataclass(frozen=True)
class Sabotage:
    """`cut` maps a file to what is replaced in it; `row` is the row that must not be reached."""

    guard: str
    experiment: str
    row: str
    cut: dict[str, tuple[str, str]]
    words: tuple[str, ...] = ()


SABOTAGES = (
    Sabotage(
        "kill storm, lapsed leases come back",
        "kill_storm",
        "kill storm: promises broken",
        {
            "intake/services/outbox.py": (
                "    if not ids:\n        return 0\n",
                "    ids = []\n    if not ids:\n        return 0\n",
            )
        },
        ("--leads", "150", "--rate", "10", "--patience", "20"),
    ),
    Sabotage(
        "claim of work, rows locked and skipped",
        "claim_race",
        "claim race: leases beyond one a row",
        {"intake/services/outbox_statements.py": (" FOR UPDATE SKIP LOCKED\n", "\n")},
    ),
    Sabotage(
        "claim of a call, the row locked",
        "call_race",
        "call race: rounds without exactly one winner",
        {"intake/services/pool.py": (".with_for_update(skip_locked=True, of=Callback)", "")},
    ),
    Sabotage(
        "unique keys",
        "recorded_twice",
        "recorded twice: promises broken",
        {
            "intake/cli/db.py": (
                "    patiently(lambda: alembic_command.upgrade(_here(), revision))\n",
                "    patiently(lambda: alembic_command.upgrade(_here(), revision))\n"
                "    import psycopg\n"
                '    url = Settings.from_env().database_url.replace("+psycopg", "")\n'
                "    with psycopg.connect(url) as line:\n"
                '        line.execute("DROP INDEX uq_callback_open, uq_match_set_current")\n'
                '        line.execute("ALTER TABLE mailing DROP CONSTRAINT uq_mailing_lead_id")\n',
            )
        },
        ("--patience", "60"),
    ),
    Sabotage(
        "lease check",
        "zombies",
        "zombies: tables written late",
        {
            "intake/services/outbox.py": (
                "    if ended is None:\n        raise StaleLease(",
                "    if ended is None:\n        StaleLease(",
            )
        },
    ),
    Sabotage(
        "suppression check",
        "stop_race",
        "stop race: mails begun after the stop",
        {
            "intake/services/series_cases.py": (
                "same = Suppression.address_blind == Contact.email_blind\n",
                "same = Suppression.id.is_(None)\n",
            )
        },
        ("--patience", "60"),
    ),
    Sabotage(
        "suppression check, thousands of mails",
        "stop_race_at_size",
        "stop race at size: mails begun after the stop",
        {
            "intake/services/series_cases.py": (
                "same = Suppression.address_blind == Contact.email_blind\n",
                "same = Suppression.id.is_(None)\n",
            )
        },
        ("--leads", "400", "--patience", "90"),
    ),
)


def _register(each: Sabotage) -> None:
    def sabotage(given: Given) -> Rows:
        return [_row(each, given)]

    sabotage.__name__ = f"sabotage_{each.experiment}"
    experiment(sabotage)


# One experiment each, so that a run with little time can hold some of them.
for _each in SABOTAGES:
    _register(_each)


def _row(each: Sabotage, given: Given) -> Figure:
    copy = given.home / each.experiment
    _copy(copy)
    for name, (guard, without) in each.cut.items():
        path = copy / name
        source = path.read_text()
        assert source.count(guard) == 1, f"{name} no longer holds the guard that {each.guard} is about"
        path.write_text(source.replace(guard, without))
    command = [sys.executable, "-m", "tests.chaos", "--only", each.experiment, "--seed", str(given.seed)]
    with (copy / "said.log").open("w") as said:
        subprocess.run(
            [*command, *each.words], cwd=copy, env=_environment(copy), stdout=said, stderr=said, check=False
        )
    failed = _failed(copy, each.row)
    shutil.rmtree(copy, ignore_errors=True) if failed else None
    return Figure(f"sabotage: {each.guard}", failed, "found", 1, at_least=True)


def _failed(copy: Path, row: str) -> float:
    """What the experiment counted against the sabotaged product; 0 when it noticed nothing or did not run."""
    results = copy / ".advocate" / "chaos.json"
    if not results.exists():
        return 0
    rows = json.loads(results.read_text())
    return float(sum(found["value"] for found in rows if found["name"] == row and not found["ok"]))


def _copy(copy: Path) -> None:
    for tree in TREES:
        shutil.copytree(ROOT / tree, copy / tree, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)


def _environment(copy: Path) -> dict[str, str]:
    """Without what this process was told about a system of its own."""
    ours = (
        "ADVOCATE",
        "DATABASE_URL",
        "BROKER_URL",
        "LIMITS_URL",
        "SECRET_KEY",
        "KEYRING",
        "ORGANISATION",
        "SMTP_",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*ours, "PUBLIC_URL"))}
    return {**kept, "TMPDIR": tempfile.gettempdir()}
