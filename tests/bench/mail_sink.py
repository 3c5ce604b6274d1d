"""A mail server that takes everything: aiosmtpd, as `advocate up` runs it, less the writing. `PORT FILE`.

The first mail is kept in FILE. It answers on stdin's `count` with how many it has taken.
"""

import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Taker:
    def __init__(self, keep: Path) -> None:
        self.keep = keep
        self.taken = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not self.keep.exists() and isinstance(envelope.content, bytes):
            self.keep.write_bytes(envelope.content)
        self.taken += 1
        return "250 2.0.0 Ok: queued as 4F2A91C0DD"


def main(port: int, keep: Path) -> None:
    taker = Taker(keep)
    Controller(taker, hostname="127.0.0.1", port=port).start()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(taker.taken, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
