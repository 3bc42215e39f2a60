"""The transaction over played units; tests/gate/test_transactions.py holds it against the real PID 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.unit import transaction
from stillwatch.unit.transaction import Effects, TooWide, Verb, effects

INVERSE = {
    "Requires": "RequiredBy", "Requisite": "RequisiteOf", "BindsTo": "BoundBy", "PartOf": "ConsistsOf",
    "Conflicts": "ConflictedBy", "Wants": "WantedBy", "PropagatesStopTo": "StopPropagatedFrom", "Upholds": "UpheldBy",
}  # fmt: skip
"""What PID 1 tells of the unit at the other end."""


async def what(verb: Verb, name: str, units: Mapping[str, Mapping[str, Any]]) -> Effects:
    full: dict[str, dict[str, Any]] = {
        name: {"Id": name, "LoadState": "loaded", **facts} for name, facts in units.items()
    }
    for unit, facts in units.items():
        for kind, other in INVERSE.items():
            for far in facts.get(kind, ()):
                full[far].setdefault(other, []).append(unit)

    async def facts(name: str) -> Mapping[str, Any]:
        return full[name]

    return await effects([(verb, name)], facts)


UP, DOWN = {"ActiveState": "active"}, {"ActiveState": "inactive"}


async def test_r35_a_start_stops_what_it_conflicts_with_and_what_needs_that() -> None:
    units = {"maint": {**DOWN, "Conflicts": ["nginx"]}, "nginx": UP, "app": {**UP, "Requires": ["nginx"]}}
    assert (await what("start", "maint", units)).of("stop") == ("app", "nginx")


async def test_r35_what_runs_already_is_not_started_and_pulls_nothing_in() -> None:
    units = {"a": {**DOWN, "Requires": ["basic"]}, "basic": {**UP, "Wants": ["b"]}, "b": DOWN}
    assert (await what("start", "a", units)).jobs == {("start", "a")}
    ring = {**units, "b": {**DOWN, "Wants": ["c"]}, "c": {**DOWN, "Wants": ["b"]}}
    assert (await what("start", "a", ring)).of("start") == ("a", "b", "c")


async def test_r35_what_comes_up_meanwhile_may_go_down_again_with_all_that_is_part_of_it() -> None:
    """ "a" is down when it is asked for, comes up beside "need", and is stopped with it when that fails."""
    units = {
        "a": {**DOWN, "Requires": ["need"]},
        "need": {**DOWN, "PropagatesStopTo": ["a"]},
        "part": {**UP, "PartOf": ["a"]},
    }
    seen = await what("start", "a", units)
    assert seen.of("stop") == ("a", "part") and seen.up == {"part"}
    assert "part" not in (await what("start", "a", {**units, "need": DOWN})).of("stop")


async def test_r35_a_unit_with_a_job_of_its_own_may_be_anywhere() -> None:
    units = {"a": {**DOWN, "Requires": ["b"]}, "b": {**UP, "Job": (7, "/job/7")}}
    assert (await what("start", "a", units)).of("start") == ("a", "b")


async def test_r35_what_cannot_be_loaded_is_not_started() -> None:
    units = {"a": {**DOWN, "Wants": ["gone"]}, "gone": {**DOWN, "LoadState": "not-found"}}
    assert (await what("start", "a", units)).jobs == {("start", "a")}


async def test_r35_what_follows_an_end_counts() -> None:
    units: dict[str, dict[str, Any]] = {
        "a": {**DOWN, "OnFailure": ["tell"], "PropagatesStopTo": ["ssh", "off"], "SuccessAction": "poweroff"},
        "tell": {**DOWN, "Conflicts": ["nginx"]},
        "nginx": UP,
        "ssh": UP,
        "off": DOWN,
    }
    seen = await what("start", "a", units)
    assert (seen.of("stop"), seen.of("start")) == (("nginx", "ssh"), ("a", "tell"))
    assert (seen.up, seen.dire) == ({"nginx", "ssh"}, ("SuccessAction=poweroff of a",))


async def test_r35_a_requisite_that_lacks_what_it_needs_may_be_failed_and_what_follows_that_counts() -> None:
    """PID 1 asks whether it is up, by a job of its own; that job fails with the job of what it needs."""
    units = {
        "a": {**DOWN, "Requisite": ["r", "q"]},
        "r": {**DOWN, "Requires": ["q"], "OnFailure": ["f"]},
        "q": DOWN,
        "f": DOWN,
    }
    assert (await what("start", "a", units)).of("start") == ("a", "f")
    up = units | {"r": {**units["r"], **UP}, "q": UP}
    assert (await what("start", "a", up)).of("start") == ("a",)


async def test_r35_a_timer_starts_its_service_and_a_reload_is_passed_on() -> None:
    units = {"a.timer": {**DOWN, "Triggers": ["a"]}, "a": {**UP, "PropagatesReloadTo": ["b", "c"]}, "b": UP, "c": DOWN}
    assert (await what("start", "a.timer", units)).jobs == {("start", "a.timer")}
    units["a"] = {**units["a"], "ActiveState": "inactive"}
    assert (await what("start", "a.timer", units)).of("start") == ("a", "a.timer")
    units["a"] = {**units["a"], "ActiveState": "active"}
    assert (await what("reload", "a", units)).of("reload") == ("a", "b")


async def test_r35_what_nobody_needs_any_more_goes_and_what_is_upheld_comes_back() -> None:
    units: dict[str, dict[str, Any]] = {
        "a": {**UP, "Wants": ["idle", "other", "later"]},
        "idle": {**UP, "StopWhenUnneeded": True},
        "other": UP,
        "later": DOWN,
        "keeper": {**UP, "Upholds": ["a"]},
    }
    seen = await what("stop", "a", units)
    assert (seen.of("stop"), seen.of("start")) == (("a", "idle"), ("later",))
    units["a"] |= {"ActiveState": "inactive", "StopWhenUnneeded": True}
    units["part"] = {**UP, "PartOf": ["a"]}
    assert ("stop", "part") in (await what("start", "a", units)).jobs


async def test_r35_a_restart_takes_along_what_needs_it_and_runs() -> None:
    units = {"db": UP, "app": {**UP, "BindsTo": ["db"]}, "idle": {**DOWN, "Requires": ["db"]}}
    assert (await what("restart", "db", units)).of("restart") == ("app", "db")


async def test_r35_what_isolates_is_told() -> None:
    units: dict[str, dict[str, Any]] = {"a": {**DOWN, "OnFailure": ["b"], "OnFailureJobMode": "isolate"}, "b": DOWN}
    assert (await what("start", "a", units)).isolates == ("a",)


async def test_r05_more_than_is_looked_through_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "MOST_UNITS", 2)
    with pytest.raises(TooWide):
        await what("start", "a", {"a": {**DOWN, "Wants": ["b", "c"]}, "b": DOWN, "c": DOWN})


NAMES = ("a", "b", "c", "d", "e")
LINKED = st.dictionaries(st.sampled_from(sorted(INVERSE)), st.lists(st.sampled_from(NAMES), max_size=3), max_size=4)
STATES = st.sampled_from(("active", "inactive", "failed", "activating"))
GRAPHS = st.fixed_dictionaries({name: st.tuples(STATES, LINKED) for name in NAMES})


@settings(max_examples=300, deadline=None)
@given(GRAPHS, st.sampled_from(NAMES), st.sampled_from(("start", "stop", "restart")))
async def test_r35_a_running_unit_in_conflict_with_a_start_is_always_told(
    graph: dict[str, tuple[str, dict[str, list[str]]]], target: str, verb: Verb
) -> None:
    """Whatever else hangs together, and the more is linked the more is told."""
    units = {name: {"ActiveState": state, **links} for name, (state, links) in graph.items()}
    seen = await what(verb, target, units)
    if verb != "stop" and units[target]["ActiveState"] != "active":
        for other in units[target].get("Conflicts", ()):
            assert units[other]["ActiveState"] in ("inactive", "failed") or other in seen.of("stop")
    lonely = {name: {"ActiveState": facts["ActiveState"]} for name, facts in units.items()}
    assert (await what(verb, target, lonely)).jobs <= seen.jobs


@pytest.mark.parametrize(
    ("line", "command", "said"),
    [
        ("ExecStart", ("/usr/sbin/reboot", ["/usr/sbin/reboot"]), ("a runs reboot",)),
        ("ExecStartPre", ("/bin/sh", ["sh", "-c", "true; systemctl stop ssh"]), ("a runs systemctl",)),
        ("ExecStopPost", ("/usr/bin/env", ["env", "/sbin/poweroff"]), ("a runs poweroff",)),
        ("ExecStart", ("/usr/sbin/nginx", ["nginx", "-c", "/etc/reboot.conf"]), ()),
        ("ExecStart", ("/bin/sh", ["sh", "-c", "(reboot)"]), ("a runs reboot",)),
        ("ExecStart", ("/bin/sh", ["sh", "-c", "x=$(/usr/bin/systemctl stop ssh)"]), ("a runs systemctl",)),
        ("ExecReload", ("/bin/sh", ["sh", "-c", "exec </dev/null\\systemctl stop ssh"]), ("a runs systemctl",)),
        ("ExecStart", ("/sbin/init", ["/sbin/init", "0"]), ("a runs init",)),
        ("ExecStop", ("/bin/sh", ["sh", "-c", "/usr/sbin/service ssh stop"]), ("a runs service",)),
        ("ExecStart", ("/bin/sh", ["sh", "-c", "echo b >/proc/sysrq-trigger"]), ("a runs sysrq-trigger",)),
        ("ExecStart", ("/usr/bin/dbus-send", ["dbus-send", "--system"]), ("a runs dbus-send",)),
        ("ExecStopPre", ("/usr/bin/systemctl", ["systemctl", "start", "x.target"]), ("a runs systemctl",)),
        ("ExecStart", ("/usr/bin/app", ["app", "init", "service"]), ()),
        ("ExecStart", ("/bin/kill", ["kill", "-s", "SIGRTMIN+4", "1"]), ("a signals PID 1",)),
        ("ExecStop", ("/bin/sh", ["sh", "-c", "sleep 1; kill -INT 1"]), ("a signals PID 1",)),
        ("ExecStop", ("/bin/kill", ["kill", "-1", "$MAINPID"]), ()),
        ("ExecStop", ("/bin/sh", ["sh", "-c", "kill $MAINPID; sleep 1"]), ()),
        ("ExecStart", ("/usr/bin/varlinkctl", ["varlinkctl", "call"]), ("a runs varlinkctl",)),
        ("ExecStop", ("/etc/init.d/ssh", ["/etc/init.d/ssh", "stop"]), ("a runs the script of ssh",)),
        ("ExecStart", ("/bin/sh", ["sh", "-c", "x; /etc/rc.d/init.d/ssh restart"]), ("a runs the script of ssh",)),
        ("ExecStart", ("/etc/init.d/a", ["/etc/init.d/a", "start"]), ()),
    ],
)
async def test_r35_a_unit_that_tells_the_host_itself_what_to_do_is_dire(
    line: str, command: tuple[str, list[str]], said: tuple[str, ...]
) -> None:
    """As `SuccessAction=reboot` is, which PID 1 would tell."""
    assert (await what("start", "a", {"a": {**DOWN, line: [command]}})).dire == said


@given(st.sampled_from("(){}`<>;&|'\" \n\t$"), st.sampled_from(")}`<>;&|'\" \n\t"), st.sampled_from(("", "/usr/bin/")))
async def test_r35_no_mark_of_a_shell_hides_a_program(before: str, after: str, folder: str) -> None:
    line = ("/bin/sh", ["sh", "-c", f"true{before}{folder}poweroff{after}true"])
    assert (await what("start", "a", {"a": {**DOWN, "ExecStart": [line]}})).dire == ("a runs poweroff",)


async def test_r35_every_action_on_the_host_counts_one_that_nobody_knows_yet_too() -> None:
    said = (await what("start", "a", {"a": {**DOWN, "SomeNewAction": "reboot-force"}})).dire
    assert said == ("SomeNewAction=reboot-force of a",)
