from __future__ import annotations

import contextlib
import os
import random
import select
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host.journal import Journal
from stillwatch.host.journalfiles import NO_JOURNAL
from stillwatch.records.line import LINE_LIMIT, Line
from tests.support.journal_export import REMOTE, START, export, make_journal

pytestmark = pytest.mark.skipif(not Path(REMOTE).exists(), reason="needs systemd-journal-remote")

PID1 = {"_TRANSPORT": "journal", "_PID": "1", "_UID": "0", "_COMM": "systemd", "_SYSTEMD_UNIT": "init.scope"}
KERNEL = {"_TRANSPORT": "kernel", "SYSLOG_FACILITY": "0", "SYSLOG_IDENTIFIER": "kernel"}


def read(folder: Path, **options: object) -> list[Line]:
    with Journal(folder, **options) as journal:  # type: ignore[arg-type]
        return list(journal.lines())


def one(tmp_path: Path, **fields: object) -> Line:
    (line,) = read(make_journal(tmp_path / "x.journal", export([fields])))  # type: ignore[list-item]
    return line


def test_entries_come_in_order_with_their_times(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export({"MESSAGE": f"m{n}"} for n in range(100)))
    lines = read(folder)
    assert [line.text for line in lines] == [f"m{n}" for n in range(100)]
    assert [line.at for line in lines] == [START + n for n in range(100)]


def test_since_leaves_out_what_is_older(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export({"MESSAGE": f"m{n}"} for n in range(100)))
    assert [line.text for line in read(folder, since=START + 97.5)] == ["m98", "m99"]


def test_pid_1_speaks_of_a_unit_and_is_believed(tmp_path: Path) -> None:
    line = one(tmp_path, **PID1, MESSAGE="boom", UNIT="shop.service", MESSAGE_ID="be02cf6855d2428ba40df7e9d022f03d")
    assert (line.subject, line.trusted) == ("shop.service", True)
    assert line.facts()["message_id"] == "be02cf6855d2428ba40df7e9d022f03d"


def test_a_service_may_be_called_after_sessions(tmp_path: Path) -> None:
    told = one(tmp_path, _UID="0", _SYSTEMD_UNIT="session-gc.service", _SYSTEMD_SLICE="system.slice", MESSAGE="refused")
    assert told.subject == "session-gc.service"


def test_a_user_that_plays_systemd_is_not_believed(tmp_path: Path) -> None:
    forged = {
        "_TRANSPORT": "journal",
        "_UID": "1000",
        "_PID": "4242",
        "_COMM": "systemd",
        "_EXE": "/usr/lib/systemd/systemd",
        "_SYSTEMD_UNIT": "session-7.scope",
        "_SYSTEMD_SLICE": "user-1000.slice",
        "SYSLOG_IDENTIFIER": "systemd",
        "UNIT": "sshd.service",
        "MESSAGE_ID": "be02cf6855d2428ba40df7e9d022f03d",
        "PRIORITY": "0",
        "MESSAGE": "Failed to start sshd",
    }
    line = one(tmp_path, **forged)
    assert (line.subject, line.trusted) == ("user-1000.slice", False)
    facts = line.facts()
    assert "message_id" not in facts
    assert "unit" not in facts
    assert facts["uid"] == "1000"


@pytest.mark.parametrize(
    ("fields", "subject", "trusted"),
    [
        (KERNEL, "kernel", True),
        ({**KERNEL, "SYSLOG_FACILITY": "3", "SYSLOG_IDENTIFIER": "kernel-friend"}, "kernel-friend", False),
        ({"_TRANSPORT": "driver", "UNIT": "noisy.service"}, "noisy.service", True),
        ({"_TRANSPORT": "stdout", "_SYSTEMD_UNIT": "a.service", "UNIT": "b.service"}, "a.service", False),
        ({"_TRANSPORT": "syslog", "SYSLOG_IDENTIFIER": "kernel"}, "kernel", False),
        ({"_TRANSPORT": "syslog", "_PID": "1", "_UID": "0", "SYSLOG_IDENTIFIER": "x"}, "x", False),
        (
            {
                "_TRANSPORT": "journal",
                "_UID": "0",
                "_EXE": "/usr/lib/systemd/systemd",
                "_SYSTEMD_UNIT": "init.scope",
                "UNIT": "c.service",
            },
            "c.service",
            True,
        ),
        (
            {"_UID": "0", "_SYSTEMD_UNIT": "systemd-coredump@1-2-3.service", "COREDUMP_UNIT": "worker.service"},
            "worker.service",
            False,
        ),
        ({}, "", False),
    ],
)
def test_who_is_behind_a_line(tmp_path: Path, fields: dict[str, str], subject: str, trusted: bool) -> None:
    line = one(tmp_path, **fields, MESSAGE="x")
    assert (line.subject, line.trusted) == (subject, trusted)


def test_strange_messages_are_read(tmp_path: Path) -> None:
    entries = [
        {"SYSLOG_IDENTIFIER": "none"},
        {"MESSAGE": b"\x00\xff\x80bin\n"},
        {"MESSAGE": b"x" * 300_000},
        {"MESSAGE": [b"first", b"second"], "PRIORITY": [b"1", b"2"]},
        {"MESSAGE": "", "_SYSTEMD_UNIT": b"bad\x1b[31m\xff.service"},
    ]
    lines = read(make_journal(tmp_path / "x.journal", export(entries)))
    assert [len(line.raw) for line in lines[:3]] == [0, 6, LINE_LIMIT]
    assert "\ufffd" in lines[1].text
    assert lines[3].text == "first"
    assert lines[3].priority == 1
    assert lines[4].subject.isprintable()


def test_the_kernel_ring_of_an_earlier_life_is_left_out(tmp_path: Path) -> None:
    old = {**KERNEL, "_SOURCE_MONOTONIC_TIMESTAMP": "5000000", "MESSAGE": "old", "__mono": "1000"}
    new = {**KERNEL, "_SOURCE_MONOTONIC_TIMESTAMP": "999000000", "MESSAGE": "new", "__mono": "1001"}
    folder = make_journal(tmp_path / "x.journal", export([old, new]))
    with Journal(folder) as journal:
        (line,) = journal.lines()
        assert journal.stale == 1
    assert line.text == "new"
    assert line.at == pytest.approx(START + 1 - 2)


def test_the_kernel_ring_of_this_boot_is_kept_with_its_own_times(tmp_path: Path) -> None:
    early = {**KERNEL, "_SOURCE_MONOTONIC_TIMESTAMP": "100000", "MESSAGE": "early", "__mono": "4"}
    folder = make_journal(tmp_path / "x.journal", export([early]))
    (line,) = read(folder)
    assert line.at == pytest.approx(START - 3.9)
    assert read(folder, since=START - 2) == []


def test_r41_of_a_long_name_no_more_is_kept_than_is_told(tmp_path: Path) -> None:
    """Anybody may call himself anything, and thousands of names are remembered."""
    folder = make_journal(tmp_path / "x.journal", export([{"MESSAGE": "m", "SYSLOG_IDENTIFIER": "x" * 9_000}]))
    with Journal(folder) as journal:
        assert [len(line.subject) for line in journal.lines()] == [255]
        assert max(map(len, journal._subjects)) == 255


def test_a_cursor_is_read_on_from(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export({"MESSAGE": f"m{n}"} for n in range(10)))
    with Journal(folder) as journal:
        lines = journal.lines()
        for _ in range(4):
            next(lines)
        cursor = journal.cursor()
    with Journal(folder, cursor=cursor) as journal:
        assert [line.text for line in journal.lines()] == [f"m{n}" for n in range(4, 10)]
        assert journal.problems == []
        last = journal.cursor()
    with Journal(folder, cursor=last) as journal:
        assert list(journal.lines()) == []
        assert journal.cursor() == last


def test_a_cursor_that_rotation_removed_is_told(tmp_path: Path) -> None:
    first = make_journal(tmp_path / "a/x.journal", export([{"MESSAGE": "old"}]))
    with Journal(first) as journal:
        list(journal.lines())
        cursor = journal.cursor()
    second = make_journal(
        tmp_path / "b/x.journal", export([{"MESSAGE": "new1"}, {"MESSAGE": "new2"}], start=START + 99)
    )
    with Journal(second, cursor=cursor) as journal:
        assert [line.text for line in journal.lines()] == ["new1", "new2"]
        assert "rotated" in journal.problems[0]


def test_a_cursor_that_is_rubbish_is_told(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export([{"MESSAGE": "m"}]))
    with Journal(folder, cursor="rubbish") as journal:
        assert [line.text for line in journal.lines()] == ["m"]
        assert "not valid" in journal.problems[0]


def test_a_single_file_is_read(tmp_path: Path) -> None:
    make_journal(tmp_path / "x.journal", export([{"MESSAGE": "m"}]))
    assert [line.text for line in read(tmp_path / "x.journal")] == ["m"]


def test_two_files_are_merged_and_a_truncated_one_is_told(tmp_path: Path) -> None:
    make_journal(tmp_path / "a.journal", export([{"MESSAGE": "one"}]))
    make_journal(tmp_path / "b.journal", export([{"MESSAGE": "two"}], start=START + 5))
    whole = (tmp_path / "b.journal").read_bytes()
    (tmp_path / "c.journal").write_bytes(whole[: len(whole) // 2])
    with Journal(tmp_path) as journal:
        assert [line.text for line in journal.lines()] == ["one", "two"]
        assert journal.problems == ["c.journal: truncated"]


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_never_raise_or_hang(tmp_path: Path, seed: int) -> None:
    folder = make_journal(tmp_path / "x.journal", export({"MESSAGE": f"m{n}"} for n in range(200)))
    file, draw = folder / "x.journal", random.Random(seed)
    data = bytearray(file.read_bytes())
    for _ in range(400):
        data[draw.randrange(300, min(len(data), 60_000))] ^= 1 << draw.randrange(8)
    file.write_bytes(data)
    with contextlib.suppress(WrongUsage):
        assert len(read(folder)) <= 400


def test_what_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongUsage, match=f"{tmp_path}/missing"):
        Journal(tmp_path / "missing")
    with pytest.raises(WrongUsage, match=f"{tmp_path}/empty"):
        Journal(tmp_path / "empty")
    (tmp_path / "x.journal").write_text("no journal at all" * 100)
    with pytest.raises(WrongUsage, match=f"{tmp_path}.*{NO_JOURNAL}"):
        Journal(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_journal_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    make_journal(tmp_path / "x.journal", export([{"MESSAGE": "m"}]))
    program = (
        "import os, sys; from pathlib import Path; from stillwatch.host.journal import Journal\n"
        "os.seteuid(65534)\n"
        "try: Journal(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("WrongUsage")


def test_a_namespace_that_does_not_exist_is_not_reachable() -> None:
    with pytest.raises(NotReachable):
        Journal(namespace="no-such-namespace-here")


def test_new_entries_wake_a_poll_and_are_read_on(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "a.journal", export([{"MESSAGE": "one"}]))
    with Journal(folder) as journal:
        assert [line.text for line in journal.lines()] == ["one"]
        journal.fileno()
        journal.changed()
        assert not journal.wait(0.0)
        make_journal(tmp_path / "b.journal", export([{"MESSAGE": "two"}], start=START + 5))
        assert select.select([journal.fileno()], [], [], 5.0)[0]
        journal.changed()
        assert [line.text for line in journal.lines()] == ["two"]


def test_only_one_units_lines_and_what_pid_1_says_of_it(tmp_path: Path) -> None:
    user = {"_TRANSPORT": "stdout", "_UID": "1000", "_PID": "77"}
    entries = [
        {**user, "_SYSTEMD_UNIT": "shop.service", "MESSAGE": "own"},
        {**PID1, "UNIT": "shop.service", "MESSAGE": "failed"},
        {**user, "_SYSTEMD_UNIT": "db.service", "UNIT": "shop.service", "MESSAGE": "forged"},
        {
            **user,
            "_UID": "0",
            "_SYSTEMD_UNIT": "cron.service",
            "UNIT": "shop.service",
            "MESSAGE": "forged by a root job",
        },
        {**PID1, "UNIT": "db.service", "MESSAGE": "else"},
        *({**user, "_SYSTEMD_UNIT": "noise.service", "MESSAGE": "noise"} for _ in range(50)),
        {**user, "_SYSTEMD_UNIT": "shop.service", "MESSAGE": "last"},
    ]
    folder = make_journal(tmp_path / "x.journal", export(entries))
    assert [line.text for line in read(folder, unit="shop.service")] == ["own", "failed", "last"]
    assert [line.text for line in read(folder, unit="shop.service", since=START + 20)] == ["last"]
    assert read(folder, unit="none.service") == []


@pytest.mark.parametrize("name", ["nginx.service", "session-1.scope", "x.timer"])
def test_a_process_in_no_unit_cannot_call_itself_one(tmp_path: Path, name: str) -> None:
    claimed = {"_TRANSPORT": "syslog", "_UID": "65534", "_COMM": "logger", "SYSLOG_IDENTIFIER": name, "UNIT": name}
    line = one(tmp_path, **claimed, MESSAGE="Failed")
    assert (line.subject, line.trusted) == ("logger", False)


def test_a_child_of_pid_1_that_was_gone_too_soon_is_believed(tmp_path: Path) -> None:
    child = {"_TRANSPORT": "journal", "_UID": "0", "_PID": "4242", "_SYSTEMD_UNIT": "init.scope"}
    line = one(tmp_path, **child, UNIT="shop.service", MESSAGE="Failed at step USER spawning /x: No such process")
    assert (line.subject, line.trusted) == ("shop.service", True)
    (tmp_path / "x.journal").unlink()
    line = one(tmp_path, **{**child, "_UID": "1000"}, UNIT="shop.service", MESSAGE="Failed at step USER")
    assert (line.subject, line.trusted) == ("init.scope", False)
