"""Every table, so that Alembic and relationship names see them all."""

from intake.models.audit import AuditSeal
from intake.models.callback import CallAttempt, Callback, CallNote, OutcomeUndo
from intake.models.consent import AuditEntry, ConsentEvent, ConsentWording
from intake.models.deletion import Deletion, DeletionMail
from intake.models.directory import (
    Centre,
    DirectoryVersion,
    Doctor,
    DoctorExpertise,
    DoctorFact,
    DoctorSpecialty,
    Location,
    ZipPoint,
)
from intake.models.family import Family, FamilyApart
from intake.models.guidance import GuidanceSignOff
from intake.models.lead import Contact, ContactChange, Draft, Lead, Patient
from intake.models.letter import Letter, LetterBatch, PostalAddress
from intake.models.mail_reply import MailReply
from intake.models.mailing import (
    MailBrake,
    Mailing,
    MailReceipt,
    SeriesRun,
    Suppression,
    TrialMail,
)
from intake.models.match import Match, MatchSet
from intake.models.notice import SupervisorNotice
from intake.models.office import Office, OfficeDay
from intake.models.privacy import KeptContact, LedgerEntry
from intake.models.promise import Breach
from intake.models.request_times import RequestTimes
from intake.models.rota import StaffAbsence, StaffPause, StaffShift
from intake.models.sharing import Authorisation, Disclosure
from intake.models.staff import RecoveryCode, Staff, StaffKey, StaffMail, StaffSession, StaffSkill
from intake.models.work import Heartbeat, OutboxTask

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "Authorisation",
    "Breach",
    "CallAttempt",
    "CallNote",
    "Callback",
    "Centre",
    "ConsentEvent",
    "ConsentWording",
    "Contact",
    "ContactChange",
    "Deletion",
    "DeletionMail",
    "DirectoryVersion",
    "Disclosure",
    "Doctor",
    "DoctorExpertise",
    "DoctorFact",
    "DoctorSpecialty",
    "Draft",
    "Family",
    "FamilyApart",
    "GuidanceSignOff",
    "Heartbeat",
    "KeptContact",
    "Lead",
    "LedgerEntry",
    "Letter",
    "LetterBatch",
    "Location",
    "MailBrake",
    "MailReceipt",
    "MailReply",
    "Mailing",
    "Match",
    "MatchSet",
    "Office",
    "OfficeDay",
    "OutboxTask",
    "OutcomeUndo",
    "Patient",
    "PostalAddress",
    "RecoveryCode",
    "RequestTimes",
    "SeriesRun",
    "Staff",
    "StaffAbsence",
    "StaffKey",
    "StaffMail",
    "StaffPause",
    "StaffSession",
    "StaffShift",
    "StaffSkill",
    "SupervisorNotice",
    "Suppression",
    "TrialMail",
    "ZipPoint",
]
