from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from stillwatch.host import command


async def test_a_program_answers_with_code_output_and_error() -> None:
    done = await command.run(["ls", "--", "/nowhere-at-all"])
    assert done.code == 2
    assert not done.ok
    assert "/nowhere-at-all" in done.err
    assert done.out == ""


async def test_the_environment_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "x")
    done = await command.run(["env"], environment={"EXTRA": "1"})
    names = {line.partition("=")[0] for line in done.out.splitlines()}
    assert names == {*command.ENVIRONMENT, "EXTRA"}
    assert "LC_ALL=C.UTF-8" in done.out


async def test_stdin_is_empty_and_the_working_directory_is_root() -> None:
    assert (await command.run(["cat"], seconds=5)).out == ""
    assert (await command.run(["pwd"])).out == "/\n"


@pytest.mark.parametrize("bad", ["ls /", b"ls", ["ls", 1], [b"ls"]])
async def test_a_string_is_refused(bad: object) -> None:
    with pytest.raises(TypeError):
        await command.run(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [[], [""], ["ls", "a\0b"]])
async def test_an_unusable_argv_is_refused(bad: list[str]) -> None:
    with pytest.raises(ValueError, match="argv"):
        await command.run(bad)


async def test_words_of_a_shell_stay_words() -> None:
    assert (await command.run(["echo", "$(id)", ";", "`id`", "|", "*"])).out == "$(id) ; `id` | *\n"


async def test_a_missing_program_is_127_and_runs_nothing() -> None:
    done = await command.run(["no-such-program-here"])
    assert (done.code, done.out) == (command.MISSING, "")
    assert "no-such-program-here" in done.err


@pytest.mark.parametrize("name", ["./ls", "bin/ls", "../bin/ls", "ls\0", "/etc/passwd", "/usr"])
def test_only_executables_by_bare_name_or_absolute_path(name: str) -> None:
    assert command.find_program(name) is None


def test_the_callers_path_is_not_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "planted").write_text("#!/bin/sh\n")
    (tmp_path / "planted").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command.find_program("planted") is None
    assert command.find_program("ls") is not None


async def test_an_unusable_executable_is_a_result(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x00\x01not a program")
    broken.chmod(0o755)
    done = await command.run([str(broken)])
    assert done.code == 126
    assert not done.ok


async def test_the_head_of_endless_output_is_kept_and_the_program_killed() -> None:
    done = await command.run(["yes"], seconds=0.3, limit=1000)
    assert done.out == "y\n" * 500
    assert done.truncated
    assert done.timed_out
    assert done.code == -9


async def test_a_large_output_that_ends_is_truncated_but_not_a_failure() -> None:
    done = await command.run(["head", "-c", "3000000", "/dev/zero"], limit=10)
    assert done.ok
    assert done.truncated
    assert done.out == "\0" * 10


async def test_output_of_exactly_the_limit_is_whole() -> None:
    done = await command.run(["head", "-c", "10", "/dev/zero"], limit=10)
    assert (len(done.out), done.truncated) == (10, False)


async def test_bytes_that_are_no_text_are_replaced() -> None:
    assert "\N{REPLACEMENT CHARACTER}" in (await command.run(["printf", r"\377\376"])).out


async def test_the_whole_group_is_killed_at_the_deadline(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = tmp_path / "parent"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {note}\nwait\n")
    script.chmod(0o755)
    done = await command.run([str(script)], seconds=0.5)
    assert done.timed_out
    await _gone(int(note.read_text()))


async def test_what_a_program_leaves_in_the_background_does_not_outlive_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = tmp_path / "parent"
    script.write_text(f"#!/bin/sh\nsleep 60 >/dev/null 2>&1 &\necho $! > {note}\n")
    script.chmod(0o755)
    done = await command.run([str(script)], seconds=5)
    assert done.ok
    await _gone(int(note.read_text()))


async def test_a_cancelled_caller_leaves_nothing_behind(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = tmp_path / "sleeper"
    script.write_text(f"#!/bin/sh\necho $$ > {note}.new\nmv {note}.new {note}\nexec sleep 60\n")
    script.chmod(0o755)
    task = asyncio.create_task(command.run([str(script)], seconds=60))
    while not note.exists():
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _gone(int(note.read_text()))


@pytest.mark.skipif(os.geteuid() != 0, reason="dropping a uid needs root")
async def test_a_look_can_run_as_another_user() -> None:
    assert (await command.run(["id", "-u"], user=65534)).out == "65534\n"


async def _gone(pid: int) -> None:
    """Until the kernel has reaped it: a killed orphan may stay a zombie where nobody waits for it."""
    for _ in range(3_000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"process {pid} still runs")
