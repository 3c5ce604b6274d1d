"""Append-only facts: who agreed to what wording, who did what. A trigger refuses changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified, Sealed


class ConsentWording(Base):
    """The exact words that were shown, stored once by their SHA-256."""

    __tablename__ = "consent_wording"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    version: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]


class ConsentEvent(Identified, Base):
    """One yes or no to one purpose over one channel. `gpc`: the browser said "do not sell or share"."""

    __tablename__ = "consent_event"

    lead_id: Mapped[UUID] = mapped_column(index=True)
    channel: Mapped[str]
    purpose: Mapped[str]
    given: Mapped[bool]
    wording_sha256: Mapped[str] = mapped_column(ForeignKey("consent_wording.sha256"))
    page: Mapped[str]
    gpc: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    at: Mapped[datetime]
    typed_sealed: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]
    user_agent_sealed: Mapped[bytes | None]
    typed = Sealed()
    address = Sealed()
    user_agent = Sealed()


class AuditEntry(Base):
    """Who did what to which row, and when. Ids only, never people."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    detail: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)
