from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from stillwatch.helpers import unit_state
from stillwatch.helpers.request import RequestRefused
from stillwatch.unit import transaction

Write = Callable[[str], Path]


def pid_1_says(monkeypatch: pytest.MonkeyPatch, **facts: str) -> None:
    text = "\n".join(f"{key}={value}" for key, value in {"Id": "a.service", "LoadState": "loaded", **facts}.items())
    monkeypatch.setattr(unit_state, "run", lambda argv, **_: SimpleNamespace(code=0, text=text))


@pytest.mark.parametrize(
    ("facts", "failing"),
    [
        ({"ActiveState": "failed"}, True),
        ({"ActiveState": "activating", "SubState": "auto-restart"}, True),
        ({"ActiveState": "activating", "NRestarts": "3"}, True),
        ({"ActiveState": "active", "NRestarts": "3"}, False),
        ({"ActiveState": "inactive"}, False),
        ({"ActiveState": "failed", "LoadState": "not-found"}, False),
        ({"ActiveState": "failed", "Names": "a.service ssh.service"}, False),
        ({"ActiveState": "failed", "TriggeredBy": "ssh.socket"}, False),
        ({"ActiveState": "failed", "Names": "a.service ledger.service"}, False),
        ({"ActiveState": "failed", "ExecStart": "{ path=/opt/x/sshd ; argv[]=/opt/x/sshd -D ; }"}, False),
        ({"ActiveState": "failed", "ExecReload": "{ path=/bin/sh ; argv[]=/bin/sh -c (sshd -t) ; }"}, False),
        ({"ActiveState": "failed", "ExecCondition": "{ path=/sbin/wg ; argv[]=wg show ; }"}, False),
        ({}, False),
    ],
)
def test_r39_pid_1_itself_is_asked_whether_the_unit_fails(
    policy: Write, monkeypatch: pytest.MonkeyPatch, facts: dict[str, str], failing: bool
) -> None:
    policy('protected = ["ledger.*"]\n')
    pid_1_says(monkeypatch, **facts)
    if failing:
        unit_state.check_failing("a.service")
    else:
        with pytest.raises(RequestRefused):
            unit_state.check_failing("a.service")


@pytest.mark.parametrize("unit", ["", "a", "--now", "../a.service", "a.target", "a.service\n"])
def test_r39_only_the_name_of_a_unit_is_asked_about(unit: str) -> None:
    with pytest.raises(RequestRefused):
        unit_state.unit_facts(unit)


def test_r07_no_answer_is_a_refusal(policy: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    policy("protected = 5\n")
    monkeypatch.setattr(unit_state, "run", lambda argv, **_: SimpleNamespace(code=1, text=""))
    with pytest.raises(RequestRefused, match=r"a.service"):
        unit_state.unit_facts("a.service")
    pid_1_says(monkeypatch, ActiveState="failed")
    with pytest.raises(RequestRefused, match="list"):
        unit_state.check_failing("a.service")


DOWN = ("ActiveState=inactive", "ActiveState=inactive\nExecStart={ path=/sbin/ip ; argv[]=ip link set eth0 down ; }")
HOST = {
    "logrotate.timer": "ActiveState=inactive\nTriggers=logrotate.service",
    "logrotate.service": "ActiveState=inactive",
    "ssh.service": "ActiveState=active",
    "ledger.service": "ActiveState=active",
    "web.service": "ActiveState=active",
    "way.service": "ActiveState=active\nExecStart={ path=/opt/x/openvpn ; argv[]=/opt/x/openvpn ; }",
    "plain.service": "ActiveState=active\nNames=plain.service ledger.service",
    "plain.timer": "ActiveState=active\nTriggers=plain.service",
    "link.service": "ActiveState=active\nAfter=sys-subsystem-net-devices-br\\x2dlan.device",
    "kept.service": "ActiveState=active",
}


@pytest.mark.parametrize(
    ("unit", "more", "refused"),
    [
        ("logrotate.service", "", ""),
        ("logrotate.service", "Conflicts=web.service", ""),
        ("logrotate.service", "Conflicts=ssh.service", "ssh.service is protected"),
        (
            "logrotate.service",
            "OnFailure=absent.service\nPropagatesStopTo=ledger.service",
            "ledger.service is protected",
        ),
        ("logrotate.service", "Wants=rescue.target", "rescue.target is protected"),
        ("logrotate.timer", "PropagatesStopTo=ssh.service", "ssh.service is protected"),
        ("logrotate.service", "Conflicts=way.service", "way.service"),
        ("logrotate.service", "Wants=ip.service", "ip.service"),
        ("logrotate.service", "Conflicts=plain.timer", "ledger.service is protected"),
        ("logrotate.service", "Conflicts=link.service", "link.service"),
        ("logrotate.service", "Conflicts=kept.service", "kept.service"),
        ("logrotate.service", "OnSuccess=web.service\nOnSuccessJobMode=isolate", "all other units"),
    ],
)
def test_r35_r39_the_root_program_itself_foresees_what_pid_1_would_do(
    policy: Write, monkeypatch: pytest.MonkeyPatch, unit: str, more: str, refused: str
) -> None:
    policy('protected = ["ledger.*"]\n')

    def show(argv: list[str], **_: object) -> SimpleNamespace:
        names = HOST if argv[-1] == "*" else {"rescue.target", "ip.service"} & {argv[-1]}
        said = {
            name: f"{HOST.get(name, DOWN[name == 'ip.service'])}{chr(10)}{more if name == unit else ''}"
            for name in names
        }
        text = "\n\n".join(f"Id={name}\nLoadState=loaded\n{facts}" for name, facts in said.items())
        return SimpleNamespace(code=0, text=text, truncated=False)

    monkeypatch.setattr(unit_state, "run", show)
    role = {"units": {"kept.service": "session 3 hangs on it"}, "uplinks": ["br-lan"]}
    monkeypatch.setattr(unit_state, "carriers", lambda: role)
    if refused:
        with pytest.raises(RequestRefused, match=refused):
            unit_state.check_effect("start", "logrotate.timer")
    else:
        unit_state.check_effect("start", "logrotate.timer")


@pytest.mark.parametrize("ended", [{"code": 1, "truncated": False}, {"code": 0, "truncated": True}])
def test_r07_what_hangs_together_and_is_not_known_whole_is_refused(
    policy: Write, monkeypatch: pytest.MonkeyPatch, ended: dict[str, object]
) -> None:
    monkeypatch.setattr(unit_state, "run", lambda argv, **_: SimpleNamespace(text="", **ended))
    with pytest.raises(RequestRefused, match="hangs together"):
        unit_state.check_effect("stop", "logrotate.timer")


def test_r05_more_than_is_looked_through_is_refused(policy: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "MOST_UNITS", 1)
    text = "Id=a.timer\nLoadState=loaded\nActiveState=inactive\nWants=b.service c.service d.service"
    monkeypatch.setattr(unit_state, "run", lambda argv, **_: SimpleNamespace(code=0, text=text, truncated=False))
    with pytest.raises(RequestRefused, match="hang together"):
        unit_state.check_effect("start", "a.timer")
