"""Mail over SMTP: one kept connection for each thread, and an honest word on every failure."""

import contextlib
import os
import re
import smtplib
import threading
import time
from dataclasses import dataclass, field

from intake.config import Smtp
from intake.errors import PermanentError
from workers.mailings.smtp_session import (
    MailDelayed,
    MailRefused,
    MailUnknown,
    Phase,
    Session,
    TlsSession,
    transfer,
)

__all__ = ["MailDelayed", "MailRefused", "MailUnknown", "Phase", "SmtpTransport"]

_IDLE_SECONDS = 30.0
_GOODBYE_SECONDS = 2.0
_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.\-\[\]:]+")
_NOT_PRINTABLE = re.compile(r"[^ -~]+")
_SERVICE_CLOSING = 421


@dataclass
class _Kept:
    """A thread's connection; `pid` tells a child process that the socket is its parent's."""

    session: Session
    pid: int
    used_at: float

    def fresh(self) -> bool:
        return self.pid == os.getpid() and time.monotonic() - self.used_at < _IDLE_SECONDS


@dataclass(frozen=True, kw_only=True)
class SmtpTransport:
    """Where mail is handed over. `timeout` (seconds) bounds one whole send, connecting included.

    security: none, starttls (refused when the server does not offer it) or tls (from the first byte).
    """

    host: str
    port: int
    security: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    _local: threading.local = field(default_factory=threading.local, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, smtp: Smtp, *, timeout: float) -> "SmtpTransport":
        return cls(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            user=smtp.user,
            password=smtp.password,
            timeout=timeout,
        )

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand over one message; return the server's last answer, without the recipient's address.

        Raises MailRefused (final), MailDelayed (surely not taken, try later), MailUnknown (nobody
        can know; never resend by itself), PermanentError for an address that cannot be written.
        """
        for address in (sender, recipient):
            if not _ADDRESS.fullmatch(address):
                raise PermanentError("an address of this mail cannot be written; correct it by phone")
        answer = self._send((sender, recipient), message)
        return _without(answer, recipient)

    def reach(self, sender: str) -> None:
        """Open a session and take leave: mail could be handed over now. Raises MailDelayed."""
        session = self._connect(sender, time.monotonic() + self.timeout)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            session.quit()

    def close(self) -> None:
        """Say goodbye on this thread's connection, when there is one."""
        kept: _Kept | None = self._local.__dict__.pop("kept", None)
        if kept is None or kept.pid != os.getpid():
            return
        with contextlib.suppress(smtplib.SMTPException, OSError):
            kept.session.deadline = time.monotonic() + _GOODBYE_SECONDS
            kept.session.quit()

    def _send(self, envelope: tuple[str, str], message: bytes) -> str:
        deadline = time.monotonic() + self.timeout
        session = self._kept()
        if session is not None:
            session.deadline = deadline
            try:
                return self._transfer(session, envelope, message)
            except MailDelayed as delayed:
                if not _went_stale(delayed):
                    raise
        return self._transfer(self._connect(envelope[0], deadline), envelope, message)

    def _kept(self) -> Session | None:
        kept: _Kept | None = getattr(self._local, "kept", None)
        if kept is not None and kept.fresh():
            return kept.session
        self.close()
        return None

    def _transfer(self, session: Session, envelope: tuple[str, str], message: bytes) -> str:
        usable = False
        try:
            answer = transfer(session, envelope, message)
            usable = True
        except (MailRefused, MailDelayed) as error:
            usable = _still_listening(session, error)
            raise
        finally:
            if usable:
                self._keep(session)
            else:
                self._drop(session)
        return answer

    def _keep(self, session: Session) -> None:
        self._local.kept = _Kept(session, os.getpid(), time.monotonic())

    def _drop(self, session: Session) -> None:
        self._local.__dict__.pop("kept", None)
        session.close()

    def _connect(self, sender: str, deadline: float) -> Session:
        kind = TlsSession if self.security == "tls" else Session
        # The sender's domain is public; the default would tell every mail server this machine's name.
        session = kind(sender.rpartition("@")[2], deadline=deadline)
        try:
            self._greet(session)
        except MailDelayed:
            session.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            session.close()
            told = f"no session with the mail server: {_words(error)}"
            raise MailDelayed(told, phase=Phase.CONNECT) from None
        return session

    def _greet(self, session: Session) -> None:
        session.open(self.host, self.port)
        if self.security == "starttls":
            session.encrypt()
        session.ehlo_or_helo_if_needed()
        if self.user:
            session.login(self.user, self.password or "")


def _still_listening(session: Session, error: MailRefused | MailDelayed) -> bool:
    """Whether the server answered, stays, and has forgotten the mail that it refused."""
    try:
        return error.code > 0 and error.code != _SERVICE_CLOSING and session.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _went_stale(delayed: MailDelayed) -> bool:
    """Lost or closed before the final dot on a connection kept from earlier: one new try is safe."""
    return delayed.phase is not Phase.END and delayed.code in (0, _SERVICE_CLOSING)


def _words(error: smtplib.SMTPException | OSError) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _without(answer: str, recipient: str) -> str:
    if recipient.lower() in answer.lower():
        answer = re.sub(re.escape(recipient), "(recipient)", answer, flags=re.IGNORECASE)
    return _NOT_PRINTABLE.sub(" ", answer).strip()[:500]
