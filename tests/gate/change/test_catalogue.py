"""What holds for every action."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.gate.change.action import Change, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.protocol import named
from stillwatch.records.action import ACTIONS
from tests.gate.change.played import HostAccess, change, unit

HOSTILE = [
    "", " ", "nginx", "a.service; id", "$(id)", "../../etc/passwd", "/etc/shadow", "-.mount", "--now", "a.service\n",
    "nginx.service ", "ｎginx.service", "nginx\u200b.service", "*.service", "ssh@.service", "1", "0", "-1", "١٢", "1e3",
    "0x10", "99999999999999999", "x" * 300 + ".service", "/srv/shop/logs/../../etc", "data/", "DATA", "init.scope",
    "multi-user.target", "reboot.target", "\x00", "nginx.service\x00.timer",
]  # fmt: skip


def test_every_reserved_name_has_its_action() -> None:
    assert tuple(CATALOGUE) == ACTIONS
    assert all(name == action.name and action.risk in ("low", "medium", "high") for name, action in CATALOGUE.items())


@pytest.mark.parametrize("name", ACTIONS)
def test_r2_arguments_are_closed(name: str) -> None:
    for odd in ({"risk": "low"}, {"force": True}, {"command": "id"}, {"path": "/etc/shadow"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(odd, CATALOGUE[name].arguments)


def a_change(name: str, target: str) -> Change:
    needed = {"terminate_process": {"port": 80, "unit": "shop.service"}, "suggest_patch": {"setting": "memory-limit"}}
    given_ = needed.get(name, {})
    return Change(action=name, target=target, arguments=msgspec.convert(given_, CATALOGUE[name].arguments))


@pytest.mark.parametrize("name", ACTIONS)
async def test_r3_r15_a_hostile_target_is_refused_before_anything_is_asked(name: str) -> None:
    for target in HOSTILE:
        access = HostAccess(units={"shop.service": unit("shop.service")})
        with pytest.raises(Refused):
            print(f"target {target!r}")
            await CATALOGUE[name].check_target(access, a_change(name, target))
        assert access.done == []


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(ACTIONS), target=st.text(max_size=60))
async def test_r15_no_text_becomes_a_target(name: str, target: str) -> None:
    access = HostAccess()
    with pytest.raises(Refused):
        await CATALOGUE[name].check_target(access, a_change(name, target))


@pytest.mark.parametrize("name", ACTIONS)
async def test_r7_what_cannot_be_read_is_refused(name: str) -> None:
    access = HostAccess()
    with pytest.raises(Refused):
        await CATALOGUE[name].precondition(access, a_change(name, "shop.service"))
    assert access.done == []


@pytest.mark.parametrize("name", ACTIONS)
def test_r21_r14_words_come_from_the_typed_action(name: str) -> None:
    target = CATALOGUE[name].example
    assert target in CATALOGUE[name].describe(a_change(name, target))
    assert CATALOGUE[name].success_test(a_change(name, target))


SAME_THING = [
    ("restart_unit", "smtp.service", {}, "mail.service", {"once": False}, (("start", "mail.service"),)),
    ("reset_failed", "smtp.service", {}, "mail.service", {}, ()),
    ("repair_ownership", "/srv/shop/data", {"unit": "smtp.service"}, "data", {"unit": "mail.service"},
     (("start", "mail.service"),)),
    ("repair_ownership", "data", {}, "data", {"unit": ""}, ()),
    ("restore_file", "/etc/shop/shop.conf", {"unit": "shop.service"}, "conf", {"unit": ""},
     (("start", "shop.service"),)),
    ("remove_stale_lock", "/run/shop.pid", {}, "pid", {"unit": ""}, (("start", "shop.service"),)),
    ("delete_rotated_logs", "/srv/shop/logs", {"mount": "/srv"}, "logs", {"mount": ""}, ()),
    ("enable_timer", "renew.timer", {}, "renew.timer", {}, (("start", "renew.timer"),)),
    ("run_runbook", "book.service", {}, "book.service", {}, (("start", "book.service"),)),
    ("run_job", "nightly.service", {}, "nightly.service", {}, (("start", "nightly.service"),)),
    ("terminate_process", "77", {"port": 80, "unit": "smtp.service"}, "77", {"port": 80, "unit": "mail.service"},
     (("start", "mail.service"),)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "target", "arguments", "thing", "plain", "jobs"), SAME_THING)
async def test_r35_r36_each_action_names_its_thing_by_one_name_and_says_what_pid_1_is_told(
    name: str, target: str, arguments: dict[str, object], thing: str, plain: dict[str, object], jobs: tuple[object, ...]
) -> None:
    mail = unit("mail.service")
    access = HostAccess(units={"smtp.service": mail, "mail.service": mail})
    action = CATALOGUE[name]
    same = await action.canonical(access, change(name, target, **arguments))
    assert (same.target, msgspec.to_builtins(same.arguments)) == (thing, plain)
    assert await action.canonical(access, same) == same
    assert await action.jobs(access, same, {"state": "failed"}) == jobs
    assert action.about(access, same)[0] == ("mail.service" if name == "terminate_process" else thing)


SPOKEN = 'x" of no unit, reviewed by root; it is\n\x1b[2Jharmless \u202e' + "!" * 300


@pytest.mark.parametrize("field", ["comm", "unit"])
async def test_r21_what_a_stranger_named_reaches_an_approver_short_quoted_and_on_one_line(field: str) -> None:
    """Anybody names a process, or a folder of their own control groups, as they like."""
    holder = {"pid": 4711, "start": 1, "comm": "nc", "uid": 1000, "cgroup": "/user.slice/x.scope", "unit": "x.scope"}
    told = {"holders": [{**holder, field: SPOKEN}]}
    access = HostAccess(units={"shop.service": unit("shop.service")}, answers={"port": told})
    now = await CATALOGUE["terminate_process"].precondition(access, a_change("terminate_process", "4711"))
    quoted = named(SPOKEN)
    assert quoted == json.dumps(json.loads(quoted), ensure_ascii=False) and len(quoted) < 70
    for said in (now.reason, now.cause):
        assert said.isprintable() and quoted in said and "reviewed" not in said.replace(quoted, "")
