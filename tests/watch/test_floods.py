"""Floods of distinct lines: what the kernel and PID 1 say is always told, each hit is counted, and room is bounded."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.records.line import Line
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.room import MOST, OF_A_KIND
from tests.support import prefilters

SMALL = (
    "bind() to 0.0.0.0:{n} failed (98: Address already in use)",
    "could not acquire lock on /tmp/{n}",
    "write /srv/{n}/a.log: no space left on device",
    "open /etc/app/{n}.conf: permission denied",
)
GRAVE = (
    ("kernel", "Out of memory: Killed process {n} (java) total-vm:8kB, anon-rss:8kB, file-rss:0kB, shmem-rss:0kB"),
    ("kernel", "EXT4-fs error (device sdb1): ext4_find_entry:1455: inode #{n}: comm ls: reading directory lblock 0"),
    ("shop-{n}.service", "shop-{n}.service: Failed with result 'exit-code'."),
)


def small(draw: random.Random, source: str) -> Line:
    number = draw.randrange(10**9)
    fields = {"PRIORITY": b"3"} if source == "journal" else {}
    return Line(float(number % 600), draw.choice(SMALL).format(n=number).encode(), f"app{number}", source, fields)


def grave(draw: random.Random, which: int) -> Line:
    number = draw.randrange(10**6)
    subject, text = GRAVE[which]
    fields = {"PRIORITY": b"3", "_TRANSPORT": b"kernel" if which < 2 else b"journal", "_PID": b"1"}
    return Line(float(number % 600), text.format(n=number).encode(), subject.format(n=number), "journal", fields, True)


def flood(seed: int, size: int, source: str, wanted: list[int]) -> tuple[list[Line], list[Line]]:
    """Lines, and the grave ones among them, each at a place of its own."""
    draw = random.Random(seed)
    lines = [small(draw, source) for _ in range(size)]
    told = [grave(draw, which) for which in wanted]
    for line in told:
        lines.insert(draw.randrange(len(lines) + 1), line)
    return lines, told


@given(
    st.integers(0, 2**32), st.integers(0, 4000), st.sampled_from(["log", "journal"]),
    st.lists(st.integers(0, 2), max_size=8),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_no_flood_hides_what_the_kernel_or_pid_1_says(seed: int, size: int, source: str, wanted: list[int]) -> None:
    lines, told = flood(seed, size, source, wanted)
    alone = Watcher(prefilters.prefilter(), host="h").see(told)
    seen = Watcher(prefilters.prefilter(), host="h").see(lines)
    expected = {(trigger.rule, trigger.subject, trigger.count) for trigger in alone.triggers}
    assert expected <= {(trigger.rule, trigger.subject, trigger.count) for trigger in seen.triggers if trigger.trusted}


@pytest.mark.parametrize("size", [2_000, 20_000])
def test_what_is_kept_of_a_flood_does_not_grow_with_it_and_each_line_is_counted(size: int) -> None:
    lines, _ = flood(1, size, "log", [])
    watcher = Watcher(prefilters.prefilter(), host="h")
    counted = dropped = kept = 0
    for start in range(0, size, 1_000):
        seen = watcher.see(lines[start : start + 1_000])
        counted += sum(trigger.count for trigger in seen.triggers)
        dropped += seen.dropped
        kept = max(kept, len(seen.triggers))
    assert counted == size
    assert kept <= (OF_A_KIND + 1) * len(SMALL) < MOST
    assert dropped == size - OF_A_KIND * len(SMALL)
