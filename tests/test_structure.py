"""The house stays as it was drawn: floors, ceilings, names, doors, and a test file for each module."""

from __future__ import annotations

import ast
import gc
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY / "src/stillwatch"
FILE_CEILING = 300
"""Of the program; what tries it may have longer ones, up to"""
TEST_FILE_CEILING = 400
FUNCTION_CEILING = 60
ONE_FILE_EACH = ("look", "topics")
"""Folders of many small files of one kind, which one test may try together."""
FOREIGN_TO_A_READER = ("/".join(("..", "shared")), "boot-container " + "NAME")
NAMES_THAT_SAY_NOTHING = re.compile(r"(^|_)(utils?|manager|helper|misc|common)(_|$)", re.IGNORECASE)


@cache
def committed() -> tuple[Path, ...]:
    """All files of the project: what git tracks, and what is new and not ignored."""
    listing = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(path for name in sorted(filter(None, names)) if (path := REPOSITORY / name).is_file())


def python_files() -> list[Path]:
    return [path for path in committed() if path.suffix == ".py"]


def modules() -> list[Path]:
    return [path for path in python_files() if path.is_relative_to(SOURCE)]


@cache
def tree(path: Path) -> ast.Module:
    """Nothing is finalised meanwhile: what that prints is parsed too, and Python 3.11 then loses count (gh-106905)."""
    gc.disable()
    try:
        return ast.parse(path.read_text(), str(path))
    finally:
        gc.enable()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


@cache
def functions(path: Path) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    return tuple(node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def test_the_floors_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_over_the_ceiling() -> None:
    long = {
        shown(path): lines
        for path in python_files()
        if (lines := len(path.read_text().splitlines()))
        > (FILE_CEILING if path.is_relative_to(SOURCE) else TEST_FILE_CEILING)
    }
    assert not long


def test_no_function_is_over_the_ceiling() -> None:
    long = {
        f"{shown(path)}:{node.lineno} {node.name}": lines
        for path in python_files()
        for node in functions(path)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_CEILING
    }
    assert not long


def does_something(path: Path) -> bool:
    """Whether any function in it has a body: plain values and protocols need no test of their own."""
    return any(
        not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant)
        for node in functions(path)
        for statement in node.body
    )


def test_each_module_has_its_test_file() -> None:
    without = {}
    for path in filter(does_something, modules()):
        rooms = path.relative_to(SOURCE).parts[:-1]
        name = f"test_{path.stem.strip('_')}.py"
        paths = [Path("tests", *rooms[:depth], name) for depth in range(1 if rooms else 0, len(rooms) + 1)]
        if rooms and rooms[-1] in ONE_FILE_EACH:
            paths.append(Path("tests", *rooms[:-1], f"test_{rooms[-1]}.py"))
        if not any((REPOSITORY / place).is_file() for place in paths):
            without[shown(path)] = f"none of {', '.join(map(str, paths))}"
    assert not without


def test_names_say_what_they_mean() -> None:
    named = {shown(path): path.stem for path in python_files()}
    for path in modules():
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                named[f"{shown(path)}:{node.lineno}"] = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)
    assert not {place: name for place, name in named.items() if NAMES_THAT_SAY_NOTHING.search(name)}


def test_files_speak_of_the_product_alone() -> None:
    own = Path(__file__).resolve()
    found = {
        shown(path): word
        for path in committed()
        if path != own
        for word in FOREIGN_TO_A_READER
        if word.encode() in path.read_bytes()
    }
    assert not found


def test_no_shell_and_no_code_from_text() -> None:
    """R1: no process of ours calls a shell or runs a string."""
    found = []
    for path in modules():
        for node in nodes(path):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                shell = any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords)
                forbidden = name in {"eval", "exec", "os.system", "os.popen", "pickle.loads", "marshal.loads"}
                if shell or forbidden or name.endswith("create_subprocess_shell"):
                    found.append(f"{shown(path)}:{node.lineno} {name}")
    assert not found


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    own = Path(__file__).resolve()
    assert not [
        f"{shown(path)}:{number}"
        for path in python_files()
        if path != own
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if later.search(line)
    ]


def imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (entry.name for entry in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{entry.name}" for entry in node.names)


def test_the_root_helpers_need_the_standard_library_alone() -> None:
    rooms = [path for path in modules() if path.relative_to(SOURCE).parts[0] in ("helpers", "records", "unit")]
    found = [
        f"{shown(path)}: {name}"
        for path in [*rooms, SOURCE / "errors.py"]
        for name in imports(path)
        if (top := name.split(".")[0]) != "stillwatch" and top not in sys.stdlib_module_names
    ]
    assert not found


def test_no_test_waits_for_luck() -> None:
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in python_files()
        if path.name.startswith("test_")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "time.sleep"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert not found


def test_scripts_are_programs_that_stop_at_the_first_error() -> None:
    for path in sorted([*(REPOSITORY / "scripts").iterdir(), REPOSITORY / ".ci/run"]):
        if path.suffix or path.is_dir():
            continue
        assert path.stat().st_mode & 0o111, f"{shown(path)} is not executable"
        text = path.read_text()
        assert text.startswith("#!"), shown(path)
        if "bash" in text.splitlines()[0]:
            assert "\nset -euo pipefail\n" in text, shown(path)


COMMANDS = frozenset(("stillwatch", "models", "systemctl", "apt-get", "pip", "sudo"))
"""What begins with one of these is typed, not read."""


def word_triples(texts: Iterable[str]) -> set[str]:
    """Every three words in a row with nothing but blanks between them."""
    found = set()
    for run in re.split(r"[^a-z' -]+", "\n".join(texts).lower()):
        words = [word for piece in run.split() if (word := piece.strip("'-"))]
        if len(words) > 2 and not COMMANDS & set(words[:2]):
            found |= {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
    return found


def texts_in(path: Path) -> tuple[dict[int, ast.Constant], dict[int, ast.Constant]]:
    """Of a test: what it says a text is, begins with, ends with or contains, word for word; and all other texts."""
    told, other = dict[int, ast.Constant](), dict[int, ast.Constant]()
    for node in nodes(path):
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.keyword) and node.arg == "match":
            sides = [node.value]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("startswith", "endswith"):
            sides = node.args
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            other[id(node)] = node
        for side in sides:
            parts = side.values if isinstance(side, ast.JoinedStr) else getattr(side, "elts", [side])
            told |= {id(each): each for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return told, {key: each for key, each in other.items() if key not in told}


def retyped(path: Path, product: set[str]) -> Iterator[str]:
    """Sentences of ours that the test repeats; what stands elsewhere in it too, the test itself has put in."""
    told, other = texts_in(path)
    own = word_triples(str(each.value) for each in other.values())
    for each in told.values():
        if (word_triples([str(each.value)]) & product) - own:
            yield f"{shown(path)}:{each.lineno} {each.value!r}"


def sentences_of_ours() -> set[str]:
    """All texts of the program but its docstrings, and but the values of a Literal, which are ids."""
    nodes = [node for path in modules() for node in ast.walk(tree(path))]
    documents = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    ids = [
        each
        for node in nodes
        if isinstance(node, ast.Subscript) and named(node.value) == "Literal"
        for each in ast.walk(node)
    ]
    return word_triples(texts_of(node for node in nodes if id(node) not in documents)) - word_triples(texts_of(ids))


def named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def texts_of(nodes: Iterable[ast.AST]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_no_test_repeats_a_sentence_of_ours() -> None:
    """It would fail when the sentence is put better. A test asserts ids, names and figures (`tests/support/facts.py`),
    or imports the constant of the product."""
    product = sentences_of_ours()
    tests = [path for path in python_files() if path.is_relative_to(REPOSITORY / "tests")]
    found = [each for path in tests for each in retyped(path, product)]
    assert not found, "\n".join(found)


def test_a_repeated_sentence_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "REPOSITORY", tmp_path)
    for number, (line, count) in enumerate(
        (
            ('assert "the port is taken" in said', 1),
            ('assert said == f"the port is {taken}"', 1),
            ('assert said.startswith("the port is taken")', 1),
            ('pytest.raises(Refused, match="the port is taken")', 1),
            ('said = say("the port is taken")\nassert said == "the port is taken"', 0),
            ('assert "port 80" in said', 0),
            ('assert "`stillwatch models pull`" in said', 0),
        )
    ):
        path = tmp_path / f"test_{number}.py"
        path.write_text(line)
        assert len(list(retyped(path, {"the port is", "port is taken"}))) == count, line
