"""From log text to incidents: two troubles within the same minute that have nothing to do with each other stay two."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.host.logfile import LogFile
from stillwatch.triage.group import group
from stillwatch.watch.monitor import Watcher
from tests.support.prefilters import prefilter

NOW = 1_800_000_000.0

FULL = 'cupsd[812]: Unable to write "/var/spool/cups/c00012": No space left on device'
KILLED = (
    "kernel: Out of memory: Killed process 43 (chrome) total-vm:812kB, anon-rss:612kB, file-rss:0kB, shmem-rss:0kB, "
    "UID:1000 pgtables:12kB oom_score_adj:300"
)
CRASHED = "kernel: thumbd[30]: segfault at 0 ip 00007f2c4c1b sp 00007ffd0a3b error 4 in thumbd[55f2c4c1+1a]"


def failed(unit: str, at: int) -> list[tuple[int, str]]:
    exited = f"systemd[1]: {unit}: Main process exited, code=exited, status=1/FAILURE"
    return [(at, exited), (at, f"systemd[1]: {unit}: Failed with result 'exit-code'.")]


APART = {
    "a full disk of another server": [(1, FULL), *failed("clamav-daemon.service", 1)],
    "a process that the kernel killed": [(1, KILLED), *failed("named.service", 3)],
    "a crash of another program": [(1, CRASHED), *failed("named.service", 2)],
    "a connection to what it never served": [
        *failed("chrony.service", 1),
        (20, "billing[55]: ERROR dial tcp 127.0.0.1:8443: connect: connection refused"),
    ],
    "a dependency that was lacking long after": [
        *failed("chrony.service", 0),
        (50, "systemd[1]: Dependency failed for gitlab-runner.service - GitLab Runner."),
        (50, "systemd[1]: gitlab-runner.service: Job gitlab-runner.service/start failed with result 'dependency'."),
    ],
    "two names that do not exist": [
        (1, 'fetchmail[12]: getaddrinfo("pop.exmaple.org","pop3s") error: Name or service not known'),
        (30, 'shop[13]: ERROR could not translate host name "db-old.internal" to address: Name or service not known'),
    ],
    "another one's port amid a loop": [
        *failed("exporter.service", 0),
        *failed("exporter.service", 20),
        (31, "tftpd[99]: cannot bind to local IPv4 socket: Address already in use"),
        *failed("exporter.service", 40),
    ],
}

DAMAGED = "kernel: EXT4-fs error (device {}): ext4_lookup:1855: inode #131: comm x: iget: checksum invalid"
CANNOT_WRITE = "mirror[44]: cannot write /data/mirror/x: Read-only file system"
READ_ONLY = {
    "what was damaged just before": ([(1, DAMAGED.format("dm-3")), (5, CANNOT_WRITE)], 1),
    "what was damaged later": ([(1, CANNOT_WRITE), (9, DAMAGED.format("dm-3"))], 2),
    "one of two that are damaged": ([(1, DAMAGED.format("dm-3")), (1, DAMAGED.format("sdb2")), (5, CANNOT_WRITE)], 3),
}


@pytest.mark.parametrize("name", APART)
def test_what_only_happens_at_the_same_time_is_not_one_incident(name: str, tmp_path: Path) -> None:
    assert incidents(APART[name], tmp_path) == 2


@pytest.mark.parametrize("name", READ_ONLY)
def test_a_program_finds_read_only_what_the_kernel_has_shut(name: str, tmp_path: Path) -> None:
    lines, count = READ_ONLY[name]
    assert incidents(lines, tmp_path) == count


def incidents(lines: list[tuple[int, str]], folder: Path) -> int:
    told = folder / "told.log"
    told.write_text("".join(f"Aug 01 09:00:{second:02} vault {text}\n" for second, text in lines))
    with LogFile(str(told), now=NOW) as log:
        triggers = Watcher(prefilter(), host="h").see(log.lines()).triggers
    return len(group(triggers, {}, NOW))
