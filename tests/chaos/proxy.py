"""A bad network of our own, between one part and one server. Run as `python -m tests.chaos.proxy PLAN`.

PLAN is JSON: {"latency": seconds, "resets": share, "cuts": share, "seed": n, "pairs": [[port, target], ...]};
a target is a port on loopback or the path of a unix socket. Every answer is late by `latency`. Of each
stretch of twenty exchanges on one connection, the share `resets` ends with a reset (RST) and the share
`cuts` in the middle of an answer, whose first half arrives. SIGUSR1 mends it: from then on it only carries.
"""

import asyncio
import json
import signal
import socket
import struct
import sys
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass, field
from functools import partial
from random import Random

STRETCH = 20
AT_ONCE = 65_536
LINGER_NOT = struct.pack("ii", 1, 0)


class Ended(Exception):
    """This connection ends here, on purpose."""


@dataclass
class Plan:
    latency: float
    resets: float
    cuts: float
    seed: int
    pairs: list[tuple[int, int | str]]
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)

    def mend(self) -> None:
        self.latency = self.resets = self.cuts = 0.0


@dataclass
class Line:
    """One connection: the far server's answers come late, halved, or not at all."""

    plan: Plan
    near: StreamWriter
    fate: str = ""
    at: int = 0
    count: int = 0

    async def answer(self, data: bytes) -> None:
        await asyncio.sleep(self.plan.latency)
        if self.count % STRETCH == 0:
            self._draw()
        meets = self.fate if self.count % STRETCH == self.at else ""
        self.count += 1
        if meets == "reset":
            reset(self.near)
            raise Ended
        self.near.write(data[: len(data) // 2] if meets == "cut" else data)
        await self.near.drain()
        if meets == "cut":
            raise Ended

    def _draw(self) -> None:
        drawn = self.plan.chance.random()
        self.at = self.plan.chance.randrange(STRETCH)
        resets, cuts = self.plan.resets, self.plan.cuts
        self.fate = "reset" if drawn < resets else "cut" if drawn < resets + cuts else ""


def reset(writer: StreamWriter) -> None:
    """Close with RST: what the other side has not read yet is lost."""
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()


async def _carry(plan: Plan, target: int | str, reader: StreamReader, writer: StreamWriter) -> None:
    try:
        far_reader, far_writer = await (
            asyncio.open_connection("127.0.0.1", target)
            if isinstance(target, int)
            else asyncio.open_unix_connection(target)
        )
    except OSError:
        reset(writer)
        return
    line = Line(plan, writer)
    ways = [asyncio.create_task(_ask(reader, far_writer)), asyncio.create_task(_tell(far_reader, line))]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)
    for end in (writer, far_writer):
        end.close()


async def _ask(reader: StreamReader, far: StreamWriter) -> None:
    while data := await reader.read(AT_ONCE):
        far.write(data)
        await far.drain()


async def _tell(far: StreamReader, line: Line) -> None:
    while data := await far.read(AT_ONCE):
        await line.answer(data)


async def serve(plan: Plan) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, plan.mend)
    servers = [
        await asyncio.start_server(partial(_carry, plan, target), "127.0.0.1", port)
        for port, target in plan.pairs
    ]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(serve(Plan(**json.loads(sys.argv[1]))))
