"""`/healthz`: this process answers. `/readyz`: what works, and what exactly does not."""

from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from intake.config import ROOT
from intake.db import transaction
from intake.services import heartbeats, vitals

blueprint = Blueprint("health", __name__)

_SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
_NEWEST = _SCRIPTS.get_current_head()
# Code of before stays ready beside a newer migration, which it has never heard of: that one came first.
_OLDER = {None, *(script.revision for script in _SCRIPTS.walk_revisions())} - {_NEWEST}


@blueprint.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """503 only without PostgreSQL or a migration: families can still send with the rest down."""
    try:
        with transaction() as session:
            at = session.scalar(text("SELECT version_num FROM alembic_version"))
            found = vitals.wrong(vitals.read(session))
    except SQLAlchemyError:
        return jsonify(status="down", database="down"), 503
    if at in _OLDER:
        return jsonify(status="down", database="ok", migration=f"at {at}, wants {_NEWEST}"), 503
    parts = dict.fromkeys((*heartbeats.EXPECTED, "work", "canary"), "ok")
    return jsonify(status="degraded" if found else "ready", database="ok", **{**parts, **found}), 200
