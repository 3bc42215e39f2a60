# ruff: noqa: E501 - log lines and what is read from them, side by side
"""A file of many hosts gives what each host alone would."""

from __future__ import annotations

import pytest

from stillwatch.records.line import Line
from stillwatch.watch import host_counters
from stillwatch.watch.host_counters import Hosts
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter

OOM = b"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/a.service,task=java,pid=7,uid=1"
KILLED = b"Out of memory: Killed process 7 (java) total-vm:1kB, anon-rss:1kB, file-rss:0kB"


def line(text: bytes, host: str, program: str = "kernel", at: float = 1000.0) -> Line:
    return Line(at, text, program, host=host)


def told(prefilter: Prefilter, *lines: Line) -> set[tuple[str, str, int]]:
    return {
        (trigger.host, trigger.rule, trigger.count) for trigger in Watcher(prefilter, host="own").see(lines).triggers
    }


def test_the_same_fault_of_two_hosts_is_two(prefilter: Prefilter) -> None:
    both = told(prefilter, line(b"x: no space left on device", "a"), line(b"x: no space left on device", "b"))
    assert both == {("a", "no-space", 1), ("b", "no-space", 1)}


def test_a_death_told_of_one_host_hides_none_of_another(prefilter: Prefilter) -> None:
    alone = told(prefilter, line(KILLED, "b"))
    assert alone
    assert told(prefilter, line(OOM, "a"), line(KILLED, "b")) == alone | told(prefilter, line(OOM, "a"))


def test_a_threshold_is_reached_by_one_host_alone(prefilter: Prefilter) -> None:
    def guess(host: str, at: float) -> Line:
        return line(b"Failed password for root from 203.0.113.7 port 22 ssh2", host, "sshd", at)

    severities = {trigger.host: trigger.severity for trigger in Watcher(prefilter, host="own").see(
        [*(guess("a", 1000.0 + n) for n in range(8)), *(guess(f"h{n}", 1000.0 + n) for n in range(8))]
    ).triggers}  # fmt: skip
    assert severities["a"] > severities["h1"]


def test_events_carry_the_host_of_their_line(prefilter: Prefilter) -> None:
    (trigger,) = Watcher(prefilter, host="own").see([line(b"x: no space left on device", "a")]).triggers
    assert [event.host for event in trigger.events] == ["a"]


@pytest.mark.parametrize(
    ("own", "written", "named"),
    [("web01", "", "web01"), ("web01", "web01.example.org", "web01"), ("web01.example.org", "WEB01", "web01.example.org"),
     ("web01", "web02", "web02"), ("web01", "web01x", "web01x")],
)  # fmt: skip
def test_a_host_is_itself_by_its_short_and_its_long_name(own: str, written: str, named: str) -> None:
    assert Hosts(own).named(written) == named


def test_of_too_many_hosts_the_most_silent_is_told_early_and_none_is_lost(
    prefilter: Prefilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_counters, "HOSTS", 8)
    lines = [line(b"x: no space left on device", f"h{number}") for number in range(40)]
    assert len(told(prefilter, *lines)) == 40
