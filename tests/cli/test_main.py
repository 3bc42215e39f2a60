"""The real program, as a script runs it: exit codes, one line of complaint, encodings, pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.cli.families import FAMILIES
from stillwatch.cli.main import run
from stillwatch.errors import NotReachable
from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService
from tests.support.facts import facts

PROGRAM = (sys.executable, "-m", "stillwatch")


def real(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("words", [[], ["--help"], ["help"], ["-h"]])
def test_overview_names_every_command(words: list[str], stillwatch: Stillwatch) -> None:
    said = stillwatch(*words)
    assert said.code == 0
    assert all(f"\n  {name} " in said.out for name in FAMILIES)
    assert "--state-dir" in said.out


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_help_has_a_summary_an_example_and_the_common_options(name: str, stillwatch: Stillwatch) -> None:
    said = stillwatch(name, "--help")
    assert (said.code, said.err) == (0, "")
    assert FAMILIES[name].summary in said.out
    assert f"\n  stillwatch {name}" in said.out
    assert "--runtime-dir DIR" in said.out
    assert stillwatch("help", name) == said


def test_no_help_loads_anything_heavy() -> None:
    heavy = ("asyncio", "rich", "msgspec", "openai", "psutil", "pydantic", "stillwatch.service")
    code = (
        "import sys; from stillwatch.cli.main import run; from stillwatch.cli.families import FAMILIES\n"
        "codes = {run([name, '--help']) for name in FAMILIES} | {run(['--help'])}\n"
        f"print(codes, [name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "{0} []\n"


def test_help_of_a_command_loads_little() -> None:
    """Of ours and of others: what is loaded is what a person waits for."""
    code = (
        "import sys; before = len(sys.modules); from stillwatch.cli.main import run; run(['check', '--help'])\n"
        "print(len(sys.modules) - before, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert 10 < int(done.stderr) < 100


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chekc"], "did you mean 'check'"),
        (["check", "--frobnicate"], "--frobnicate"),
        (["check", "--deadline", "soon"], "--deadline"),
        (["check", "--deadline", "-1"], "--deadline"),
        (["check", "--deadline", "nan"], "--deadline"),
        (["check", "--since", "yesterday-ish"], "--since"),
        (["check", "--since", "0h"], "--since"),
        (["check", "--since", "2099-01-01"], "future"),
        (["check", "--log"], "--log"),
        (["check", "--log", "/no/such/file"], "no log file /no/such/file"),
        (["check", "--log", "/etc"], "directory"),
        (["check", "--journal", "/no/such/folder"], "no journal directory"),
        (["check", "--journal", "/etc/hostname"], "not a directory"),
        (["check", "surplus"], "surplus"),
        (["check", "--config"], "--config needs a file"),
        (["triage", "/no/such/file"], "no log file"),
        (["ask"], "QUESTION"),
        (["ask", "  "], "empty"),
        (["note", "x" * 3000], "2000 characters"),
        (["incidents", "frob"], "there are: list, show, close, mute"),
        (["incidents", "show"], "ID"),
        (["incidents", "mute"], "--rule"),
        (["incidents", "mute", "I-1", "--for", "ago"], "--until"),
        (["models", "frob"], "there are: list"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    words: list[str], says: str, service: FakeService, stillwatch: Stillwatch
) -> None:
    said = stillwatch(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("stillwatch: ")
    assert said.err.count("\n") == 1
    assert says in said.err
    assert service.asked == []


def test_a_missing_file_on_the_real_host_leaves_nothing_behind(tmp_path: Path) -> None:
    state = ("--state-dir", str(tmp_path / "s"), "--runtime-dir", str(tmp_path / "r"))
    done = real(*state, "check", "--log", "/no/such/file")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "stillwatch: no log file /no/such/file\n"
    assert list(tmp_path.iterdir()) == []


def test_a_broken_configuration_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stillwatch.toml"
    file.write_text('autonomy = "reckless"\n')
    assert run(["--config", str(file), "rules"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(file) in said


@pytest.mark.process
def test_nobody_reads_us(tmp_path: Path) -> None:
    """A closed pipe is no error: neither a word nor a traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*PROGRAM, "rules"], stdout=writer, stderr=subprocess.PIPE, check=False, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_version_is_told() -> None:
    done = real("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("stillwatch 0.")


def test_common_options_work_on_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--config", "/no/such.toml", "rules"], ["rules", "--config=/no/such.toml"]):
        assert run(words) == 2
        assert facts(capsys.readouterr().err) == ["/no/such.toml"]


def test_an_ascii_terminal_gets_question_marks_not_a_traceback() -> None:
    done = real("check", "--help", env={**os.environ, "PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_is_one_line_with_its_own_exit_code(service: FakeService, stillwatch: Stillwatch) -> None:
    service.raises = NotReachable("the bus does not answer", next_step="start it")
    said = stillwatch("check")
    assert (said.code, said.out) == (5, "")
    assert said.err == "stillwatch: the bus does not answer – start it\n"


def test_an_unforeseen_error_is_never_trouble_found(service: FakeService, stillwatch: Stillwatch) -> None:
    service.raises = RuntimeError("oops\nsecond line\x1b[31m")
    said = stillwatch("check")
    assert said.code == 5
    assert said.err.count("\n") == 1
    assert "\x1b" not in said.err
    assert "--debug" in said.err


def test_debug_shows_the_traceback(service: FakeService, stillwatch: Stillwatch) -> None:
    service.raises = RuntimeError("oops")
    assert "Traceback" in stillwatch("--debug", "check").err
    assert "Traceback" in stillwatch("check", "--debug").err


def test_ctrl_c_is_quiet(service: FakeService, stillwatch: Stillwatch) -> None:
    service.raises = KeyboardInterrupt()
    said = stillwatch("check")
    assert (said.code, said.out, said.err) == (130, "", "")


@pytest.mark.process
def test_ctrl_c_ends_the_real_program() -> None:
    child = subprocess.Popen(
        [*PROGRAM, "triage", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job has it switched off
    )
    assert child.stdin is not None
    child.stdin.write(b"nothing happens\n" * 100_000)  # more than a pipe holds: it returns once the child is reading
    child.stdin.flush()
    assert child.poll() is None
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 130
    assert child.communicate() == (b"", b"")
