"""The least that hands mails over: smtplib alone, one connection, the bytes of a file. `PORT FILE COUNT`."""

import json
import re
import smtplib
import sys
import time
from pathlib import Path

MESSAGE_ID = re.compile(rb"^Message-ID: <[^>]*>", re.MULTILINE)


def main(port: int, path: Path, count: int) -> None:
    message = path.read_bytes()
    line = smtplib.SMTP("127.0.0.1", port)
    started = time.perf_counter()
    for number in range(count):
        own = MESSAGE_ID.sub(b"Message-ID: <%d@floor.example>" % number, message, count=1)
        line.sendmail("desk@sample.example", [f"family{number}@family.example"], own)
    took = time.perf_counter() - started
    line.quit()
    print(json.dumps({"per_second": count / took}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
