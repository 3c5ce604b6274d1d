"""A mail server of our own that can misbehave. Run as `python -m tests.chaos.sink PORT LOG`.

Every mail it takes is one line in LOG, on disk before it answers 250. How it treats a mail stands in the
recipient: `refuse451x2.17@family.example` is answered 451 twice and then taken. Modes: `early` hangs up
at DATA, before any word of the message; `late` takes the mail and hangs up without an answer; `garbage`
takes none and answers with noise; `refuse451`, `refuse550`; `slow` takes it after five seconds.
"""

import asyncio
import json
import os
import re
import sys
import time
from asyncio import StreamReader, StreamWriter
from collections import Counter
from pathlib import Path

FAULT = re.compile(r"(?P<mode>early|late|garbage|refuse451|refuse550|slow)x(?P<times>\d+)\.")
MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE | re.IGNORECASE)
SLOW_SECONDS = 5.0
SEEN: Counter[str] = Counter()


class HungUp(Exception):
    """This server closes the connection on purpose."""


class Talk:
    def __init__(self, reader: StreamReader, writer: StreamWriter, log: Path) -> None:
        self.reader, self.writer, self.log = reader, writer, log
        self.recipient = ""

    async def run(self) -> None:
        self._say("220 sink")
        while line := await self.reader.readline():
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"RCPT":
                self.recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            if verb == b"DATA":
                await self._data()
            elif verb == b"EHLO":
                self._say("250-sink\r\n250 SIZE 50000000")
            else:
                self._say("221 bye" if verb == b"QUIT" else "250 ok")
            await self.writer.drain()

    async def _data(self) -> None:
        mode = self._fault()
        if mode == "early":
            raise HungUp
        self._say("354 go on")
        await self.writer.drain()
        message = await self.reader.readuntil(b"\r\n.\r\n")
        if mode.startswith("refuse"):
            self._say(f"{mode[6:]} not now")
        elif mode == "garbage":
            self._say("what?")
        else:
            await self._take(message, mode)

    async def _take(self, message: bytes, mode: str) -> None:
        if mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        found = MESSAGE_ID.search(message)
        line = {"message_id": found[1].decode() if found else "", "to": self.recipient, "at": time.time()}
        with self.log.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if mode == "late":
            raise HungUp
        self._say("250 2.0.0 taken")

    def _fault(self) -> str:
        found = FAULT.match(self.recipient)
        SEEN[self.recipient] += 1
        return found["mode"] if found and SEEN[self.recipient] <= int(found["times"]) else ""

    def _say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")


async def serve(port: int, log: Path) -> None:
    async def talk(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await Talk(reader, writer, log).run()
        except (HungUp, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=20_000_000)
    await server.serve_forever()


def taken(log: Path) -> list[dict[str, str]]:
    """The mails that were taken, oldest first."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
