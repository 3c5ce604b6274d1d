"""The bytes of a mail, written out by hand.

The standard library folds and encodes headers by rules that differ between Python releases: some
break a one-click link in two, some put a blank into a long name. Here a header is one line or a
list of encoded words, the same bytes come out each time, and a PDF is encoded once for all.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr
from functools import lru_cache

from intake.errors import PermanentError

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_FILENAME = re.compile(r"[a-z][a-z0-9-]*\.pdf")
_ENCODED_WIDTH = 64
_LONGEST_LINE = 990


@dataclass(frozen=True)
class Attachment:
    """A PDF. Its name is seen on a locked phone: never a word of the illness in it."""

    filename: str
    content: bytes


def mailbox(address: str, name: str = "") -> str:
    """`name <address>` for a header. Raises PermanentError when plain SMTP cannot carry the address."""
    plain = _plain(address)
    refuse_control("address", name)
    if name.isascii():
        return formataddr((name, plain))
    return f"{encoded(name.strip())}\r\n <{plain}>"


def encoded(text: str) -> str:
    """Header text as it is when ASCII, as encoded words (RFC 2047) otherwise."""
    refuse_control("text", text)
    if text.isascii():
        return text
    return Header(text, "utf-8").encode(linesep="\r\n", maxlinelen=_ENCODED_WIDTH)


def refuse_control(name: str, value: str) -> None:
    """Raise PermanentError when a header value could begin a header of its own."""
    if any(ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" for letter in value):
        raise PermanentError(f"the header {name} holds a line break or control character")


def written(headers: Iterable[tuple[str, str]], mark: str, parts: Iterable[bytes]) -> bytes:
    """A whole mail: `headers`, then `parts` between boundaries made of `mark`."""
    lines = [f"{name}: {value}\r\n" for name, value in headers]
    if any(len(line) > _LONGEST_LINE for line in "".join(lines).split("\r\n")):
        raise PermanentError("a header of this mail is longer than mail servers accept")
    return "".join(lines).encode("ascii") + _container("mixed", mark, parts)


def alternative(text: str, html: str, mark: str) -> bytes:
    """The part that holds the same words twice, plain first."""
    return _container("alternative", mark, (_words("plain", text), _words("html", html)))


def plain(text: str) -> bytes:
    """A part of words alone."""
    return _words("plain", text)


@lru_cache(maxsize=64)
def attached(attachment: Attachment) -> bytes:
    """The part of an attachment; kept, since one guide goes to many families."""
    if not _FILENAME.fullmatch(attachment.filename):
        raise PermanentError(f"{attachment.filename!r} cannot be the name of an attachment; use guide.pdf")
    body = base64.encodebytes(attachment.content).replace(b"\n", b"\r\n")
    head = (
        "Content-Type: application/pdf\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{attachment.filename}"\r\n'
        "MIME-Version: 1.0\r\n\r\n"
    )
    return head.encode("ascii") + body


def _container(kind: str, mark: str, parts: Iterable[bytes]) -> bytes:
    begin, end = f"--{mark}\r\n".encode(), f"--{mark}--\r\n".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n'.encode()
    return head + b"".join(begin + part + b"\r\n" for part in parts) + end


def _words(kind: str, text: str) -> bytes:
    body = binascii.b2a_qp(text.encode("utf-8"), istext=True).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\n'
    return head.encode("ascii") + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + body


def _plain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        plain = ""
    if not _ADDRESS.fullmatch(plain):
        raise PermanentError("an address of this mail cannot be written; correct it by phone")
    return plain
