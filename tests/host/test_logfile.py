from __future__ import annotations

import gzip
import io
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import WrongUsage
from stillwatch.host.logfile import LogFile, LogFollower, parse_line
from stillwatch.records.line import LINE_LIMIT

NOW = 1_795_388_992.0  # 2026-11-22T23:09:52Z


@pytest.mark.parametrize(
    ("raw", "at", "subject", "text"),
    [
        ("Nov 22 23:09:50 vm nginx[123]: [emerg] bad", NOW - 2, "nginx", "[emerg] bad"),
        ("Dec 31 23:59:59 vm cron: x", 1_767_225_599.0, "cron", "x"),
        ("<13>Nov 22 23:09:50 vm su: x", NOW - 2, "su", "x"),
        ("Nov  1 00:00:00 vm /usr/sbin/sshd[7]: hi there", 1_793_491_200.0, "sshd", "hi there"),
        ('<34>1 2026-11-22T23:09:50.5Z vm app 12 ID47 [a@1 k="v"] it broke', NOW - 1.5, "app", "it broke"),
        ("<34>1 2026-11-22T23:09:50Z vm - - - - it broke", NOW - 2, "", "it broke"),
        ("2026-11-22T23:09:50.000+00:00 vm kernel: oops", NOW - 2, "kernel", "oops"),
        ("2026-11-22T23:09:50Z app[3]: oops", NOW - 2, "app", "oops"),
        ("2026-11-23 01:09:50,123 +0200 oops", NOW - 1.877, "", "oops"),
        ("[2026-11-22 23:09:50] oops", NOW - 2, "", "oops"),
        ("2026/11/22 23:09:50 [error] 41#41: *1 x", NOW - 2, "nginx", "[error] 41#41: *1 x"),
        ("[   12.345678] Out of memory: Killed process 1 (x)", NOW, "kernel", "Out of memory: Killed process 1 (x)"),
        ("systemd[1]: a.service: Failed", NOW, "systemd", "a.service: Failed"),
        ("(shop-web)[9]: a.service: Failed", NOW, "shop-web", "a.service: Failed"),
        ("just words", NOW, "", "just words"),
        ("", NOW, "", ""),
        ("Foo 99 99:99:99 vm x: y", NOW, "x", "y"),
        ("nginx: [emerg] bad", NOW, "nginx", "nginx: [emerg] bad"),
        ("OSError: [Errno 98] x", NOW, "", "OSError: [Errno 98] x"),
        ("error: bind failed", NOW, "", "error: bind failed"),
    ],
)
def test_the_usual_forms_are_taken_apart(raw: str, at: float, subject: str, text: str) -> None:
    line = parse_line(raw.encode(), NOW)
    assert (line.subject, line.text) == (subject, text)
    assert line.at == pytest.approx(at)
    assert not line.trusted


@given(st.binary(max_size=400))
def test_any_bytes_can_be_parsed(raw: bytes) -> None:
    assert parse_line(raw, NOW).source == "log"


@given(
    st.sampled_from([b"Nov 31 25:61:61 h p: ", b"2026-13-45T99:99:99Z ", b"9999/99/99 99:99:99 [", b"<1>1 - - - - - "])
)
def test_impossible_times_are_not_fatal(raw: bytes) -> None:
    assert isinstance(parse_line(raw + b"x", NOW).at, float)


def write(folder: Path, content: bytes) -> str:
    (folder / "a.log").write_bytes(content)
    return str(folder / "a.log")


def test_lines_come_whole_and_the_last_needs_no_newline(tmp_path: Path) -> None:
    with LogFile(write(tmp_path, b"one\r\ntwo\n\nthree"), now=NOW) as log:
        assert [line.text for line in log.lines()] == ["one", "two", "", "three"]
        assert log.problems == []


@pytest.mark.parametrize("length", [LINE_LIMIT, LINE_LIMIT + 1, 5_000_000])
def test_long_lines_are_cut_and_nothing_else_is_lost(tmp_path: Path, length: int) -> None:
    with LogFile(write(tmp_path, b"a\n" + b"x" * length + b"\nend\n" + b"y" * length), now=NOW) as log:
        assert [len(raw) for raw in log.raw()] == [1, LINE_LIMIT, 3, LINE_LIMIT]


def test_lines_over_many_chunks_are_joined(tmp_path: Path) -> None:
    lines = [b"%d" % n * (n % 50 + 1) for n in range(100_000)]
    with LogFile(write(tmp_path, b"\n".join(lines)), now=NOW) as log:
        assert list(log.raw()) == lines


def test_gzip_is_unpacked_and_a_cut_one_is_told(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b"line %d of many\n" % (n * 7919) for n in range(50_000)))
    with LogFile(write(tmp_path, packed), now=NOW) as log:
        assert sum(1 for _ in log.raw()) == 50_000
    with LogFile(write(tmp_path, packed[: len(packed) // 2]), now=NOW) as log:
        assert 0 < sum(1 for _ in log.raw()) < 50_000
        assert "reading stopped" in log.problems[0]


def test_empty_input_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    with LogFile(write(tmp_path, b""), now=NOW) as log:
        assert list(log.lines()) == []
        assert log.problems[0].endswith("a.log: empty")


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\x01" + bytes(500), bytes(range(256)) * 20, b"LPKSHHRH" + bytes(300)]
)
def test_binary_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(WrongUsage, match="is binary"):
        LogFile(write(tmp_path, content), now=NOW)


def test_a_few_odd_bytes_are_no_binary(tmp_path: Path) -> None:
    with LogFile(write(tmp_path, b"caf\xe9 \x00 \x1b[31mred\x1b[0m " + b"words " * 50 + b"\n"), now=NOW) as log:
        assert [line.text.startswith("caf\ufffd") for line in log.lines()] == [True]


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="No such file"):
        LogFile(str(tmp_path / "missing"), now=NOW)
    with pytest.raises(WrongUsage, match="is a directory"):
        LogFile(str(tmp_path), now=NOW)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"app: hello\n")))
    with LogFile("-", now=NOW) as log:
        (line,) = log.lines()
        assert (line.subject, line.at, log.title) == ("app", NOW, "standard input")


def test_memory_stays_bounded_on_endless_lines(tmp_path: Path) -> None:
    name = write(tmp_path, b"x" * 30_000_000)
    tracemalloc.start()
    try:
        with LogFile(name, now=NOW) as log:
            assert sum(1 for _ in log.raw()) == 1
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def texts(follower: LogFollower, limit: int = 5000) -> list[str]:
    return [line.text for line in follower.lines(NOW, limit)]


def test_a_follower_starts_at_the_end_and_tells_what_comes(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("old\n")
    follower = LogFollower(str(log))
    assert texts(follower) == []
    with log.open("a") as file:
        file.write("one\ntwo\nhal")
    assert texts(follower) == ["one", "two"]
    with log.open("a") as file:
        file.write("f\n")
    assert texts(follower) == ["half"]
    assert texts(LogFollower(str(log), from_start=True)) == ["old", "one", "two", "half"]


def test_a_renamed_log_is_read_to_its_end_before_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("")
    follower = LogFollower(str(log))
    with log.open("a") as file:
        file.write("before\n")
        log.rename(tmp_path / "app.log.1")
        file.write("late\n")
    log.write_text("after\n")
    assert texts(follower) == ["before", "late", "after"]


def test_a_log_that_was_cut_is_read_from_its_start(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("a long first line\n")
    follower = LogFollower(str(log))
    log.write_text("new\n")
    assert texts(follower) == ["new"]


def test_a_log_may_be_missing_appear_and_go(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    follower = LogFollower(str(log))
    assert texts(follower) == []
    assert "No such file" in follower.problem
    log.write_text("first\n")
    assert (texts(follower), follower.problem) == (["first"], "")
    log.unlink()
    assert texts(follower) == []
    assert follower.problem
    log.write_text("again\n")
    assert (texts(follower), follower.problem) == (["again"], "")


def test_an_endless_line_costs_its_limit_and_a_batch_has_one(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"x" * 300_000 + b"\nnext\n" + b"\n".join(b"%d" % n for n in range(50_000)) + b"\n")
    follower = LogFollower(str(log), from_start=True)
    first = follower.lines(NOW, 10)
    assert [len(line.raw) for line in first][:1] == [LINE_LIMIT]
    told = [*first, *follower.lines(NOW, 1_000_000)]
    assert [line.text for line in told[1:3]] == ["next", "0"]
    assert told[-1].text == "49999"


def test_what_is_no_file_is_a_problem_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path, tmp_path / "pipe"):
        follower = LogFollower(str(name))
        assert texts(follower) == []
        assert "regular" in follower.problem
