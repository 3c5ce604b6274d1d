"""SmtpTransport against real servers on loopback: aiosmtpd, and small rude ones made of sockets."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from intake.errors import PermanentError
from workers.mailings.transport import MailDelayed, MailRefused, MailUnknown, Phase, SmtpTransport

SENDER, FAMILY = "desk@help.example", "ann@home.example"
MESSAGE = b"Subject: Hello\r\n\r\nOne\r\n.Two\r\n..\r\n"


@dataclass
class Sink:
    """An aiosmtpd handler that keeps what it is given; `replies` overrides its answers."""

    replies: dict[str, str] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)
    greeted_by: str = ""

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.peers.add(session.peer)
        self.greeted_by = session.host_name
        if "RCPT" in self.replies:
            return self.replies["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.replies.get("DATA", "250 2.0.0 queued as 1A2B")
        if reply.startswith("250"):
            self.taken.append(envelope.content)
        return reply


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def transport(sink: Sink) -> Iterator[SmtpTransport]:
    with serving(sink) as port:
        yield plain(port)


@contextmanager
def serving(sink: Sink, port: int = 0) -> Iterator[int]:
    controller = Controller(sink, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain(port: int, timeout: float = 5.0) -> SmtpTransport:
    return SmtpTransport(host="127.0.0.1", port=port, security="none", timeout=timeout)


Talk = Callable[["Line"], None]


@dataclass
class Line:
    """One accepted connection of a rude server."""

    wire: socket.socket
    served: int

    def say(self, text: str) -> None:
        self.wire.sendall(text.encode() + b"\r\n")

    def hear(self, ending: bytes = b"\r\n") -> bytes:
        heard = b""
        while not heard.endswith(ending):
            received = self.wire.recv(65536)
            if not received:
                break
            heard += received
        return heard

    def greet(self) -> None:
        self.say("220 rude")
        self.hear()
        self.say("250 rude")

    def until_message(self) -> None:
        """Everything up to and including the final dot; the answer is still owed."""
        for reply in ("250 ok", "250 ok", "354 go on"):
            self.hear()
            self.say(reply)
        self.hear(b"\r\n.\r\n")


@contextmanager
def rude(talk: Talk, timeout: float = 5.0) -> Iterator[SmtpTransport]:
    """A server whose every connection is `talk`; `Line.served` counts the earlier ones."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for served in range(100):
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            with wire:
                try:
                    talk(Line(wire, served))
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield plain(listener.getsockname()[1], timeout)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_the_bytes_arrive_as_they_were_when_the_server_accepts(transport: SmtpTransport, sink: Sink) -> None:
    assert transport.send(SENDER, FAMILY, MESSAGE) == "2.0.0 queued as 1A2B"
    assert sink.taken == [MESSAGE]


def test_line_ends_become_crlf_when_the_message_has_bare_ones(transport: SmtpTransport, sink: Sink) -> None:
    transport.send(SENDER, FAMILY, b"Subject: x\n\n.a\rb\nc")
    assert sink.taken == [b"Subject: x\r\n\r\n.a\r\nb\r\nc\r\n"]


def test_a_large_message_arrives_whole(transport: SmtpTransport, sink: Sink) -> None:
    message = b"Subject: x\r\n\r\n" + (b"." * 76 + b"\r\n") * 20_000
    transport.send(SENDER, FAMILY, message)
    assert sink.taken == [message]


def test_one_connection_serves_many_mails_when_they_come_from_one_thread(
    transport: SmtpTransport, sink: Sink
) -> None:
    for _ in range(5):
        transport.send(SENDER, FAMILY, MESSAGE)
    assert len(sink.taken) == 5
    assert len(sink.peers) == 1


def test_each_thread_has_its_own_connection(transport: SmtpTransport, sink: Sink) -> None:
    threads = [threading.Thread(target=transport.send, args=(SENDER, FAMILY, MESSAGE)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sink.taken) == len(sink.peers) == 4


def test_the_greeting_names_the_senders_domain_and_not_this_machine(
    transport: SmtpTransport, sink: Sink
) -> None:
    transport.send(SENDER, FAMILY, MESSAGE)
    assert sink.greeted_by == "help.example"


@pytest.mark.parametrize(
    ("phase", "reply", "error"),
    [
        (Phase.RCPT, "550 5.1.1 <ann@home.example> no such person", MailRefused),
        (Phase.RCPT, "451 4.2.0 try later", MailDelayed),
        (Phase.END, "550 5.7.1 refused", MailRefused),
        (Phase.END, "451 4.3.0 try later", MailDelayed),
        (Phase.END, "421 4.3.2 going away", MailDelayed),
    ],
)
def test_a_clear_no_is_final_when_5xx_and_a_delay_when_4xx(
    transport: SmtpTransport, sink: Sink, phase: Phase, reply: str, error: type[Any]
) -> None:
    sink.replies["RCPT" if phase is Phase.RCPT else "DATA"] = reply
    with pytest.raises(error) as caught:
        transport.send(SENDER, FAMILY, MESSAGE)
    assert (caught.value.code, caught.value.phase) == (int(reply[:3]), phase)
    assert caught.value.enhanced == reply.split()[1]
    assert "ann" not in str(caught.value)
    assert sink.taken == []


def test_the_connection_is_still_used_when_one_recipient_was_refused(
    transport: SmtpTransport, sink: Sink
) -> None:
    sink.replies["RCPT"] = "550 5.1.1 no such person"
    with pytest.raises(MailRefused):
        transport.send(SENDER, FAMILY, MESSAGE)
    sink.replies.clear()
    transport.send(SENDER, FAMILY, MESSAGE)
    assert len(sink.peers) == 1


def test_the_next_mail_goes_through_when_the_server_restarted_in_between(sink: Sink) -> None:
    port = free_port()
    transport = plain(port)
    with serving(sink, port):
        transport.send(SENDER, FAMILY, MESSAGE)
    with serving(sink, port):
        transport.send(SENDER, FAMILY, MESSAGE)
    assert len(sink.taken) == 2


def test_the_mail_is_delayed_when_nobody_listens() -> None:
    with pytest.raises(MailDelayed) as caught:
        plain(free_port()).send(SENDER, FAMILY, MESSAGE)
    assert caught.value.phase is Phase.CONNECT


def after_the_message(line: Line, *last: str) -> None:
    line.greet()
    line.until_message()
    for text in last:
        line.say(text)


@pytest.mark.parametrize("last", [(), ("hello, what is this",), ("354 more?",), ("250-half",)])
def test_nobody_knows_when_no_clear_answer_follows_the_final_dot(last: tuple[str, ...]) -> None:
    with rude(lambda line: after_the_message(line, *last)) as transport, pytest.raises(MailUnknown):
        transport.send(SENDER, FAMILY, MESSAGE)


def test_nobody_knows_when_the_server_hangs_after_the_final_dot() -> None:
    def hang(line: Line) -> None:
        after_the_message(line)
        line.hear()

    with rude(hang, timeout=0.4) as transport:
        began = time.monotonic()
        with pytest.raises(MailUnknown):
            transport.send(SENDER, FAMILY, MESSAGE)
        assert time.monotonic() - began < 2


def test_the_deadline_holds_when_the_answer_drips(sink: Sink) -> None:
    def drip(line: Line) -> None:
        after_the_message(line)
        for _ in range(40):
            line.wire.sendall(b"2")
            time.sleep(0.1)

    with rude(drip, timeout=0.5) as transport:
        began = time.monotonic()
        with pytest.raises(MailUnknown):
            transport.send(SENDER, FAMILY, MESSAGE)
        assert time.monotonic() - began < 2


def test_the_mail_is_taken_when_the_server_is_slow_but_in_time() -> None:
    def slow(line: Line) -> None:
        after_the_message(line)
        time.sleep(0.4)
        line.say("250 at last for ann@home.example")

    with rude(slow) as transport:
        assert transport.send(SENDER, FAMILY, MESSAGE) == "at last for (recipient)"


def hang_up_at(phase: str) -> Talk:
    def talk(line: Line) -> None:
        if phase == "banner":
            return
        line.greet()
        line.hear()
        if phase == "RCPT":
            line.say("250 ok")
            line.hear()

    return talk


@pytest.mark.parametrize("phase", ["banner", "MAIL", "RCPT"])
def test_the_mail_is_delayed_when_the_server_hangs_up_before_the_message(phase: str) -> None:
    with rude(hang_up_at(phase)) as transport, pytest.raises(MailDelayed):
        transport.send(SENDER, FAMILY, MESSAGE)


def test_the_mail_is_delayed_when_the_line_breaks_before_the_final_dot_has_left() -> None:
    def cut(line: Line) -> None:
        line.greet()
        for reply in ("250 ok", "250 ok", "354 go on"):
            line.hear()
            line.say(reply)
        line.wire.recv(1024)

    with rude(cut) as transport, pytest.raises(MailDelayed) as caught:
        transport.send(SENDER, FAMILY, b"Subject: x\r\n\r\n" + b"a line\r\n" * 4_000_000)
    assert caught.value.phase is Phase.DATA


@pytest.mark.parametrize("banner", ["554 go away", "421 busy", "nonsense"])
def test_the_mail_is_delayed_when_the_banner_is_no_welcome(banner: str) -> None:
    with rude(lambda line: line.say(banner)) as transport, pytest.raises(MailDelayed):
        transport.send(SENDER, FAMILY, MESSAGE)


def test_a_kept_connection_is_replaced_when_it_was_closed_in_silence() -> None:
    taken = []

    def one_each(line: Line) -> None:
        after_the_message(line, "250 ok")
        taken.append(line.served)

    with rude(one_each) as transport:
        transport.send(SENDER, FAMILY, MESSAGE)
        transport.send(SENDER, FAMILY, MESSAGE)
    assert taken == [0, 1]


def test_a_kept_connection_is_replaced_when_it_answers_421() -> None:
    def tired(line: Line) -> None:
        after_the_message(line, "250 ok")
        line.hear()
        line.say("421 too many mails on this line")

    with rude(tired) as transport:
        for _ in range(3):
            assert transport.send(SENDER, FAMILY, MESSAGE) == "ok"


def test_a_lost_answer_is_not_tried_again_on_a_new_connection_when_the_line_was_kept() -> None:
    dots = []

    def swallow_the_second(line: Line) -> None:
        after_the_message(line, "250 ok")
        line.until_message()
        dots.append(line.served)

    with rude(swallow_the_second) as transport:
        transport.send(SENDER, FAMILY, MESSAGE)
        with pytest.raises(MailUnknown):
            transport.send(SENDER, FAMILY, MESSAGE)
    assert dots == [0]


@pytest.mark.parametrize(
    "address",
    ["", "ann", "ann@home.example\r\nRSET", "a<b>@home.example", "änn@home.example", "a b@home.example"],
)
def test_an_address_that_cannot_be_written_is_permanent(transport: SmtpTransport, address: str) -> None:
    with pytest.raises(PermanentError):
        transport.send(SENDER, address, MESSAGE)
    with pytest.raises(PermanentError):
        transport.send(address, FAMILY, MESSAGE)


def test_close_says_quit_and_the_next_mail_connects_anew(transport: SmtpTransport, sink: Sink) -> None:
    transport.send(SENDER, FAMILY, MESSAGE)
    transport.close()
    transport.close()
    transport.send(SENDER, FAMILY, MESSAGE)
    assert len(sink.peers) == 2
