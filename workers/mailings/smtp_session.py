"""One SMTP conversation with a deadline, telling apart what surely failed from what nobody can know."""

import re
import smtplib
import socket
import ssl
import time
from enum import StrEnum

from intake.errors import AdvocateDeskError, PermanentError, TransientError
from intake.rules.mail_status import is_dead_address, is_dead_recipient

_LONGEST_LINE = 4096
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_SIGN_IN_CODES = frozenset({530, 534, 535, 538})


class Phase(StrEnum):
    """Where in the conversation something happened."""

    CONNECT = "connect"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END = "end of data"


class _AnswerError(AdvocateDeskError):
    """What the server said, without its words: they may repeat the family's address."""

    def __init__(self, message: str, *, phase: Phase, code: int = 0, enhanced: str = "") -> None:
        super().__init__(message)
        self.phase, self.code, self.enhanced = phase, code, enhanced


class MailRefused(_AnswerError, PermanentError):
    """The server said no (5xx) and means it."""

    @property
    def dead_address(self) -> bool:
        """Whether it is the address that it does not know, not we or our mail that it does not like."""
        if self.phase is Phase.RCPT:
            return is_dead_recipient(self.code, self.enhanced)
        return is_dead_address(self.enhanced)


class MailDelayed(_AnswerError, TransientError):
    """The mail surely was not taken, and may be later: 4xx, or lost before the final dot had left."""


class MailUnknown(_AnswerError):
    """The final dot had left and no clear answer came: never resend by itself (RFC 1047, RFC 5321 6.1)."""


class Session(smtplib.SMTP):
    """smtplib with one deadline over a whole exchange in place of a timeout for each read."""

    def __init__(self, ehlo_domain: str, *, deadline: float) -> None:
        self.deadline = deadline
        self._unread = b""
        super().__init__(local_hostname=ehlo_domain, timeout=max(0.001, deadline - time.monotonic()))

    def __del__(self) -> None:
        # A thread that ends drops its connection with its locals.
        self.close()

    def open(self, host: str, port: int) -> None:
        """Connect and read the greeting."""
        self._host = host
        code, text = self.connect(host, port)
        if code != 220:
            raise refusal(code, text, Phase.CONNECT)
        # The final dot goes out in a packet of its own: Nagle would hold it back for 40 ms.
        self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def encrypt(self) -> None:
        """STARTTLS, or an error when the server does not offer it."""
        self.starttls(context=ssl.create_default_context())
        self._unread = b""

    def send(self, s: object) -> None:
        self.check_time()
        super().send(s)  # type: ignore[arg-type]

    def getreply(self) -> tuple[int, bytes]:
        lines = []
        while True:
            line = self._line()
            lines.append(line[4:].strip())
            if not line[:3].isdigit():
                return -1, b"\n".join(lines)
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            received = self._receive()
            if not received or len(self._unread) > _LONGEST_LINE:
                self.close()
                raise smtplib.SMTPServerDisconnected("connection closed in the middle of an answer")
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _receive(self) -> bytes:
        self.check_time()
        try:
            return bytes(self._socket().recv(8192))
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(type(error).__name__) from error

    def check_time(self) -> None:
        """Give the socket what is left of the deadline; raise SMTPServerDisconnected when nothing is."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.close()
            raise smtplib.SMTPServerDisconnected("out of time")
        self._socket().settimeout(left)

    def _socket(self) -> socket.socket:
        connected: socket.socket | None = self.sock
        if connected is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return connected


class TlsSession(Session):
    """A session that is encrypted from its first byte (port 465)."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def transfer(session: Session, envelope: tuple[str, str], message: bytes) -> str:
    """Hand over one message and return the text of the server's last 2xx answer.

    Raises MailRefused, MailDelayed or MailUnknown. The final dot travels by itself, so that
    everything that breaks before it has left is known not to have been taken.
    """
    _envelope(session, envelope, len(message))
    _body(session, message)
    try:
        code, text = session.getreply()
    except (smtplib.SMTPException, OSError) as lost:
        raise MailUnknown("the mail server went silent after the message was sent", phase=Phase.END) from lost
    if not 200 <= code < 300:
        raise refusal(code, text, Phase.END)
    return text.decode("utf-8", "replace")


def refusal(code: int, text: bytes, phase: Phase) -> AdvocateDeskError:
    """The error for an answer that is not a yes."""
    found = _ENHANCED.match(text.decode("ascii", "replace"))
    enhanced = found.group() if found else ""
    message = f"the mail server answered {code} {enhanced}".rstrip() + f" at {phase}"
    kind = _kind(code, phase)
    return kind(message, phase=phase, code=code, enhanced=enhanced)


def _kind(code: int, phase: Phase) -> type[MailRefused] | type[MailDelayed] | type[MailUnknown]:
    if 500 <= code < 600 and phase is not Phase.CONNECT and code not in _SIGN_IN_CODES:
        return MailRefused
    if phase is Phase.END and not 400 <= code < 600:
        return MailUnknown
    return MailDelayed


def _envelope(session: Session, envelope: tuple[str, str], size: int) -> None:
    sender, recipient = envelope
    options = [f"size={size}"] if session.has_extn("size") else []
    try:
        _expect(session.mail(sender, options), Phase.MAIL, 2)
        _expect(session.rcpt(recipient), Phase.RCPT, 2)
        _expect(session.docmd("DATA"), Phase.DATA, 3)
    except (smtplib.SMTPException, OSError) as lost:
        raise MailDelayed("the mail server was lost before the message was sent", phase=Phase.MAIL) from lost


def _expect(answer: tuple[int, bytes], phase: Phase, hundreds: int) -> None:
    if answer[0] // 100 != hundreds:
        raise refusal(*answer, phase)


def _body(session: Session, message: bytes) -> None:
    try:
        session.send(dotted(message))
        session.send(b".\r\n")
    except (smtplib.SMTPException, OSError) as lost:
        raise MailDelayed("the mail server was lost before the message's end", phase=Phase.DATA) from lost


def dotted(message: bytes) -> bytes:
    """CRLF at every line end, a leading dot doubled (RFC 5321 4.5.2), and a line end at the very end."""
    body = message if _only_crlf(message) else _LINE_ENDS.sub(b"\r\n", message)
    body = body.replace(b"\r\n.", b"\r\n..")
    body = b"." + body if body.startswith(b".") else body
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _only_crlf(message: bytes) -> bool:
    pairs = message.count(b"\r\n")
    return pairs == message.count(b"\n") == message.count(b"\r")
