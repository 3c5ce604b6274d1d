"""Sockets that say a word now and then, huge bodies, thousands of headers: families get through all the same.

The front server of deploy/ stands before the web here, as it does in production; what it carries is shown by
the same load without it.
"""

import http.client
import selectors
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.bench.figures import Figure, percentile
from tests.chaos.experiment import Given, Rows, conservation, experiment, none
from tests.chaos.front import front
from tests.chaos.pressure import Pressure
from tests.chaos.system import System, system
from tests.chaos.visitors import Door, prepare, unvouched

SOCKETS = 500
DRIP_SECONDS = 2.0
LEADS = 60
PER_SECOND = 3.0
WITHOUT_FRONT, WITHOUT_SECONDS = 20, 20.0
BODY_BYTES = 50_000_000
HEADERS = 10_000
REFUSED = frozenset({400, 408, 413, 431, 494, 0})
P95_MS = 1_000
OPENINGS = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST /doctor-match/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 100000\r\n\r\n",
)


@experiment
def slow_sockets(given: Given) -> Rows:
    """500 slow sockets, 50 MB bodies and 10,000 headers at the front server while families press Send."""
    with system(given.home / "system", TRUSTED_HOPS="1") as running, front(running) as port:
        pressure = Pressure(
            "slow sockets", running, given, LEADS, PER_SECOND, route=lambda _: Door(port, tls=True)
        )
        before = _resident(running)
        with Slow(port, tls=True) as slow:
            pressure.press()
            refused = [_huge_body(port), _huge_body(port, chunked=True), _many_headers(port)]
        yes = 1000 * percentile(pressure.ledger.seconds(303), 95)
        return [
            Figure("slow sockets: opened", slow.opened, "", SOCKETS, at_least=True),
            Figure("slow sockets: answer 303, p95", yes, "ms", P95_MS),
            none("slow sockets: huge requests not refused", sum(s not in REFUSED for s in refused), "posts"),
            Figure("slow sockets: memory of the web grew by", _resident(running) - before, "MB", 100),
            *pressure.answers(slowest=5.0),
            *pressure.rows(),
        ]


@experiment
def no_front_server(given: Given) -> Rows:
    """The same at the web itself: nothing is lost, but families wait: what the front server is for."""
    with system(given.home / "system") as running:
        pressure = Pressure("no front server", running, given, WITHOUT_FRONT, 1.0)
        visitors = pressure.begin(prepare(WITHOUT_FRONT))
        with Slow(running.port, tls=False):
            time.sleep(WITHOUT_SECONDS)
            during = len(pressure.ledger.promised())
        visitors.finish()
        running.quiesce()
        return [
            Figure("no front server: answered 303 beside them", during, "leads"),
            Figure("no front server: slowest press", max(pressure.ledger.seconds()), "s"),
            *conservation("no front server", running, pressure.ledger),
        ]


class Slow(threading.Thread):
    """So many sockets, each with an unfinished request; a byte more now and then, opened again if closed."""

    def __init__(self, port: int, *, tls: bool) -> None:
        super().__init__(daemon=True)
        self.port, self.tls, self.opened = port, tls, 0
        self.ending, self.full = threading.Event(), threading.Event()

    def __enter__(self) -> "Slow":
        self.start()
        self.full.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.join()

    def run(self) -> None:
        lines: list[socket.socket] = []
        while not self.ending.is_set():
            lines = [line for line in lines if _drip(line)]
            while len(lines) < SOCKETS and not self.ending.is_set():
                lines.append(self._open(len(lines)))
            self.opened = max(self.opened, len(lines))
            self.full.set()
            self.ending.wait(DRIP_SECONDS)
        for line in lines:
            line.close()

    def _open(self, number: int) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        with suppress(OSError):
            line = unvouched().wrap_socket(line) if self.tls else line
            line.sendall(OPENINGS[number % 2])
        return line


def _drip(line: socket.socket) -> bool:
    """Another byte; False when the server has closed."""
    try:
        with selectors.DefaultSelector() as told:
            told.register(line, selectors.EVENT_READ)
            if told.select(0) and not line.recv(4096):
                return False
        line.sendall(b"x")
    except (OSError, ValueError):
        line.close()
        return False
    return True


def _huge_body(port: int, *, chunked: bool = False) -> int:
    """The status of a post of 50 MB; 0 when the server hung up on it."""
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=unvouched())
    part = bytes(1_000_000)
    parts = (part for _ in range(BODY_BYTES // len(part)))
    length = {} if chunked else {"Content-Length": str(BODY_BYTES)}
    with suppress(OSError):
        line.request("POST", "/doctor-match/check", parts, length, encode_chunked=chunked)
    return _status(line)


def _many_headers(port: int) -> int:
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=unvouched())
    with suppress(OSError):
        line.request("GET", "/", headers={f"X-{number}": "x" for number in range(HEADERS)})
    return _status(line)


def _status(line: http.client.HTTPConnection) -> int:
    try:
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()


def _resident(running: System) -> float:
    """What the web's processes hold, in MB."""
    leader = running.child("web").pid
    workers = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
    return sum(_pages(pid) for pid in [str(leader), *workers])


def _pages(pid: str) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6
