from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from stillwatch.errors import WrongUsage
from stillwatch.host.logfile import LogFile
from stillwatch.records.line import LINE_LIMIT

NOW = 1_795_388_992.0  # 2026-11-22T23:09:52Z


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
        assert [len(raw) for block in log.blocks() for raw in block] == [1, LINE_LIMIT, 3, LINE_LIMIT]


def test_lines_over_many_chunks_are_joined(tmp_path: Path) -> None:
    lines = [b"%d" % n * (n % 50 + 1) for n in range(100_000)]
    with LogFile(write(tmp_path, b"\n".join(lines)), now=NOW) as log:
        assert [raw for block in log.blocks() for raw in block] == lines


def test_gzip_is_unpacked_and_a_cut_one_is_told(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b"line %d of many\n" % (n * 7919) for n in range(50_000)))
    with LogFile(write(tmp_path, packed), now=NOW) as log:
        assert sum(map(len, log.blocks())) == 50_000
    with LogFile(write(tmp_path, packed[: len(packed) // 2]), now=NOW) as log:
        assert 0 < sum(map(len, log.blocks())) < 50_000
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
        assert [line.text.startswith("café") for line in log.lines()] == [True]


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=os.strerror(errno.ENOENT)):
        LogFile(str(tmp_path / "missing"), now=NOW)
    with pytest.raises(WrongUsage, match="directory"):
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
            assert sum(map(len, log.blocks())) == 1
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress], ids=["gz", "bz2", "xz", "zst"]
)
def test_packed_logs_are_read_all_members_and_as_far_as_they_go(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    half = b"".join(b"line %d of many %d\n" % (n, n * 7919 % 100_003) for n in range(20_000))
    with LogFile(write(tmp_path, pack(half) + pack(half)), now=NOW) as log:
        assert sum(map(len, log.blocks())) == 40_000
        assert log.problems == []
    whole = pack(half)
    with LogFile(write(tmp_path, whole[: len(whole) // 2]), now=NOW) as log:
        assert sum(map(len, log.blocks())) < 20_000
        assert "reading stopped" in log.problems[0]


def test_the_time_of_the_file_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    name = write(tmp_path, b"just words\n")
    os.utime(name, (NOW - 500, NOW - 500))
    with LogFile(name, now=NOW) as log:
        assert [line.at for line in log.lines()] == [NOW - 500]
    os.utime(name, (1, 1))
    with LogFile(name, now=NOW) as log:
        assert [line.at for line in log.lines()] == [NOW]


def test_a_kernels_ring_ends_when_the_file_was_written(tmp_path: Path) -> None:
    name = write(tmp_path, b"[   10.000000] one\n[   70.500000] two\n")
    os.utime(name, (NOW, NOW))
    with LogFile(name, now=NOW) as log:
        assert [line.at for line in log.lines()] == [NOW - 60.5, NOW]


def test_a_kernels_ring_on_standard_input_is_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = b"[   10.000000] one\n[99999.000000] of another machine\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ring)))
    with LogFile("-", now=NOW, uptime=100.0) as log:
        assert [line.at for line in log.lines()] == [NOW - 90.0, NOW]
