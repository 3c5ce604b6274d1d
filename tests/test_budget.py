"""The code keeps to its own budgets: sizes, no registry address, no machine path, no broad except."""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("intake", "workers", "assets")
# Written in two halves, so that this file does not name them either.
HALVES = (("py", r"pi\.org"), ("python", "hosted"), ("npm", r"js\.(org|com)"), (r"deb\.", "debian"))
REGISTRIES = re.compile("|".join("".join(half) for half in HALVES))
MACHINE_PATHS = re.compile("/" + r"(work|farm)/[a-z.]")
BROAD_EXCEPT_ALLOWED = {"workers/base.py": 1}


def _files(*folders: str, suffix: str = "") -> list[Path]:
    command = ["git", "ls-files", "-co", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.splitlines() if name.endswith(suffix)]
    return [path for path in paths if path.is_file()]


def _functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_stay_short() -> None:
    lengths = {
        name: _length(node) for path in _files(*PRODUCT, suffix=".py") for name, node in _functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > 40} == {}
    assert statistics.median(lengths.values()) <= 8
    assert statistics.quantiles(lengths.values(), n=20)[-1] <= 25


def test_files_stay_under_300_lines() -> None:
    files = _files(*PRODUCT, suffix=".py")
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: count for name, count in lines.items() if count >= 300} == {}


def test_functions_take_few_positional_parameters() -> None:
    wrong = [
        name
        for path in _files(*PRODUCT, suffix=".py")
        for name, node in _functions(path)
        if len([argument for argument in node.args.args if argument.arg not in ("self", "cls")]) > 5
    ]
    assert wrong == []


def test_errors_are_caught_by_name_outside_the_one_boundary() -> None:
    found: dict[str, int] = {}
    for path in _files(*PRODUCT, suffix=".py"):
        broad = re.findall(r"except(?: \(?(?:Base)?Exception\b|:)", path.read_text())
        if broad:
            found[str(path.relative_to(ROOT))] = len(broad)
    assert found == BROAD_EXCEPT_ALLOWED


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    wrong = []
    for path in _files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if REGISTRIES.search(text) or MACHINE_PATHS.search(text):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []
