"""R39: the root program takes back only what it did itself, once, whatever the gate says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import act, enabling, masking, mounting
from stillwatch.helpers.child import Ended
from stillwatch.helpers.request import RequestRefused

Write = Callable[[str], Path]
UNIT = "logrotate.timer"


class Host:
    """What systemctl is told; the state that it leaves."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.mask, self.timer = "masked", ("disabled", "inactive")
        self.mounted = False

    def run(self, argv: list[str], **_: object) -> Ended:
        verb = argv[3]
        self.told.append(verb)
        self.mask = {"unmask": "", "mask": "masked"}.get(verb, self.mask)
        self.timer = {"enable": ("enabled", "active"), "disable": ("disabled", "inactive")}.get(verb, self.timer)
        self.mounted = {"start": True, "stop": False}.get(verb, self.mounted)
        return Ended(code=0, text="")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Write) -> Host:
    host = Host()
    for name in ("photos", "releases/1", "releases/2", "data"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "current").symlink_to("releases/0")
    (tmp_path / "db.service").write_text("[Service]\nExecStart=/usr/bin/db\n")
    policy(
        f'[[mounts]]\npath = "{tmp_path}/photos"\n[[needed]]\nunit = "db.service"\n[[timers]]\nunit = "{UNIT}"\n'
        f'[[releases]]\nname = "shop"\npath = "{tmp_path}/current"\ndirectory = "{tmp_path}/releases"\n'
        f'unit = "shop.service"\n[[ownership]]\nname="data"\npath="{tmp_path}/data"\nowner="nobody"\ngroup="daemon"\n'
        'mode="0750"\n'
    )
    for module in (act, masking, mounting):
        monkeypatch.setattr(module, "run", host.run)
        monkeypatch.setattr(module, "check_effect", lambda *_, **__: None, raising=False)
    monkeypatch.setattr(masking, "BELOW", (str(tmp_path),))
    monkeypatch.setattr(masking, "unit_facts", lambda unit: {"UnitFileState": host.mask, "ActiveState": "inactive"})
    monkeypatch.setattr(enabling, "enabled_along", lambda unit: {})
    monkeypatch.setattr(enabling, "state", lambda unit: host.timer)
    monkeypatch.setattr(act, "check_unprotected", lambda unit: None)
    monkeypatch.setattr(mounting, "is_mounted", lambda place, parent: host.mounted)
    return host


def verbs(tmp_path: Path) -> dict[str, tuple[dict[str, object], dict[str, object]]]:
    """Each way there, with its way back."""
    photos = {"point": f"{tmp_path}/photos"}
    return {
        "mount": ({"do": "mount", **photos}, {"do": "unmount", **photos}),
        "unmask": (
            {"do": "unmask", "unit": "db.service"},
            {"do": "mask_again", "unit": "db.service", "mask": "masked"},
        ),
        "repoint": (
            {"do": "repoint", "name": "shop", "leads": "releases/0", "to": "releases/2"},
            {"do": "repoint_back", "name": "shop", "leads": "releases/2", "to": "releases/0"},
        ),
        "enable": ({"do": "enable_timer", "unit": UNIT}, {"do": "disable_timer", "unit": UNIT}),
        "enable-and-stop": ({"do": "enable_timer", "unit": UNIT}, {"do": "stop_timer", "unit": UNIT}),
        "own": ({"do": "own", "name": "data"}, {"do": "own_back", "name": "data"}),
    }


def as_left(verb: str, host: Host, tmp_path: Path) -> None:
    """The same state as after the change, made by somebody else."""
    host.mounted, host.mask, host.timer = verb == "mount", "", ("enabled", "active")
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("releases/2")
    os.chown(tmp_path / "data", 65534, 1)
    (tmp_path / "data").chmod(0o750)


@pytest.mark.parametrize("verb", verbs(Path()))
def test_r39_what_somebody_else_did_is_not_taken_back(host: Host, tmp_path: Path, verb: str) -> None:
    _, back = verbs(tmp_path)[verb]
    as_left(verb, host, tmp_path)
    with pytest.raises(RequestRefused):
        act.handle(back)
    assert host.told == []
    assert (tmp_path / "current").readlink() == Path("releases/2")
    assert (tmp_path / "data").stat().st_uid == 65534


@pytest.mark.parametrize("verb", verbs(Path()))
def test_r39_a_change_is_taken_back_once(host: Host, tmp_path: Path, verb: str) -> None:
    there, back = verbs(tmp_path)[verb]
    act.handle(there)
    act.handle(back)
    told = list(host.told)
    as_left(verb, host, tmp_path)
    with pytest.raises(RequestRefused):
        act.handle(back)
    assert host.told == told


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("unmask", {"mask": "masked-runtime"}),
        ("repoint", {"to": "releases/1"}),
        ("repoint", {"to": "releases/../releases/0"}),
    ],
)
def test_r39_nor_to_another_state_than_it_had(host: Host, tmp_path: Path, there: str, back: dict[str, str]) -> None:
    first, second = verbs(tmp_path)[there]
    act.handle(first)
    with pytest.raises(RequestRefused):
        act.handle({**second, **back})
