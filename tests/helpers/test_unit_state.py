from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from stillwatch.helpers import unit_state
from stillwatch.helpers.request import Refused

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
        with pytest.raises(Refused):
            unit_state.check_failing("a.service")


@pytest.mark.parametrize("unit", ["", "a", "--now", "../a.service", "a.target", "a.service\n"])
def test_r39_only_the_name_of_a_unit_is_asked_about(unit: str) -> None:
    with pytest.raises(Refused):
        unit_state.asked(unit)


def test_r07_no_answer_is_a_refusal(policy: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    policy("protected = 5\n")
    monkeypatch.setattr(unit_state, "run", lambda argv, **_: SimpleNamespace(code=1, text=""))
    with pytest.raises(Refused, match="does not say"):
        unit_state.asked("a.service")
    pid_1_says(monkeypatch, ActiveState="failed")
    with pytest.raises(Refused, match="not a list"):
        unit_state.check_failing("a.service")
