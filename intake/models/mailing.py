"""Mails to a family, step by step, and the addresses that must never be mailed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified
from intake.models.lead import Lead


class Mailing(Identified, Base):
    """One step of a series for one lead. Intent is committed before SMTP, the answer after.

    `rule_version`: the rules by which it was allowed. `because`: the code of why it was not sent, or what
    it waits for (rules.series_plan.Why).
    `recipient_blind`: whom it was handed over for, whatever address the family has now. `provider_id`:
    what the mail server calls it, so that its receipts find it.
    """

    __tablename__ = "mailing"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    step: Mapped[str]
    status: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    rule_version: Mapped[str | None]
    because: Mapped[str | None]
    first_tried_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    recipient_blind: Mapped[bytes | None]
    provider_id: Mapped[str | None]

    lead: Mapped[Lead] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("lead_id", "step"),
        Index("ix_mailing_status", "status", "due_at"),
        Index("ix_mailing_provider", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
    )


class SeriesRun(Identified, Base):
    """One series under way for one lead: begun, paused, ended and why.

    `planned_version`: the version of series.toml by which its next step was last decided. The appointment,
    and how many months apart they are, belong to the reminders.
    """

    __tablename__ = "series_run"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    series: Mapped[str]
    begun_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]
    planned_version: Mapped[str]
    appointment_on: Mapped[date | None]
    every_months: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("lead_id", "series"),
        Index("ix_series_run_planned", "planned_version", postgresql_where=text("ended_at IS NULL")),
    )


class TrialMail(Identified, Base):
    """One mail of the series as a family would get it, sent to the member of staff who asked."""

    __tablename__ = "trial_mail"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    step: Mapped[str]
    status: Mapped[str]
    answer: Mapped[str | None]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_trial_mail_staff", "staff_id", "created_at"),)


class MailReceipt(Identified, Base):
    """What a provider told of a mail. Kept when the mail's request is erased: it holds no address."""

    __tablename__ = "mail_receipt"

    adapter: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    permanent: Mapped[bool]
    detail: Mapped[str]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    mailing_id: Mapped[UUID | None] = mapped_column(ForeignKey("mailing.id", ondelete="SET NULL"), index=True)

    __table_args__ = (UniqueConstraint("adapter", "event_id"), Index("ix_mail_receipt_kind", "kind", "at"))


class MailBrake(Identified, Base):
    """The series stood still from `pulled_at` until a supervisor released them."""

    __tablename__ = "mail_brake"

    pulled_at: Mapped[datetime]
    sent: Mapped[int]
    complaints: Mapped[int]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None]

    __table_args__ = (
        # One brake at a time, however many complaints come at once.
        Index("uq_mail_brake_on", text("(true)"), unique=True, postgresql_where=text("released_at IS NULL")),
    )


class Suppression(Identified, Base):
    """Never contact this address over this channel again. Keyed hashes only, so it outlives erasure."""

    __tablename__ = "suppression"

    channel: Mapped[str]
    address_blind: Mapped[bytes]
    reason: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("channel", "address_blind"),)
