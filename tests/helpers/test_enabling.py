from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import enabling
from stillwatch.helpers.request import RequestRefused

Write = Callable[[str], Path]
Units = Callable[..., None]


@pytest.fixture
def units(policy: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Units:
    """Units by the text of their [Install] section, as PID 1 would name their files; all of them disabled."""
    policy('protected = ["ledger.*"]\n')
    known: dict[str, dict[str, str]] = {}

    def asked(name: str) -> dict[str, str]:
        return known.get(name, {"LoadState": "not-found"})

    def unprotected(name: str) -> dict[str, str]:
        if name not in known:
            raise RequestRefused(f"there is no unit {name}")
        return known[name]

    def install(**texts: str) -> None:
        for stem, text in texts.items():
            name = stem.replace("_", ".")
            file = tmp_path / name
            file.write_text(f"[Unit]\nAlso=not-here.service\n[Install]\n{text}\n")
            known[name] = {"FragmentPath": str(file), "UnitFileState": "disabled", "ActiveState": "inactive"}
            known[name] |= {"Id": name, "LoadState": "loaded"}
            extra = tmp_path / f"{name}.conf"
            extra.write_text("[Install]\n# Also=commented.service\n")
            known[name]["DropInPaths"] = str(extra)

    monkeypatch.setattr(enabling, "check_unprotected", unprotected)
    monkeypatch.setattr(enabling, "unit_facts", asked)
    return install


def test_r35_what_is_enabled_along_is_followed_to_its_own(units: Units) -> None:
    units(
        a_timer="WantedBy=timers.target\nAlso=a.service \\\n  b.socket",
        a_service="Also=c.path",
        b_socket='Alias="other.socket"',
        c_path="Also=a.timer c.path",
    )
    assert enabling.enabled_along("a.timer") == dict.fromkeys(("a.service", "b.socket", "c.path"), "disabled")
    assert enabling.state("a.timer") == ("disabled", "inactive")


@pytest.mark.parametrize(
    "install",
    [
        "Also=unknown.service",
        "Alias=ssh.service",
        "Alias=ledger.timer",
        "RequiredBy=systemd-journald.service",
        "Also=a@%i.service",
        "Alias=a@.service",
        'Alias=ss"h".service',
        "Alias=ss\\h.service",
        "Alias=taken.service",
        "RequiredBy=sysinit.target",
        "Also=c.path \\\n# a remark\n unknown.service",
        "Also=c.path \\\n; a remark\n  \\\nunknown.service",
    ],
)
def test_r35_what_is_protected_or_not_known_before_is_refused(units: Units, install: str) -> None:
    units(a_timer=install, c_path="", taken_service="")
    with pytest.raises(RequestRefused):
        enabling.enabled_along("a.timer")


def test_r39_a_protected_unit_along_is_refused_by_what_pid_1_says(policy: Write) -> None:
    """Without a play: the real check of a unit that is protected by name."""
    policy("")
    with pytest.raises(RequestRefused):
        enabling.enabled_along("ssh.service")


def test_r07_a_unit_file_that_cannot_be_read_or_never_ends_is_refused(
    units: Units, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units(a_timer="WantedBy=timers.target")
    monkeypatch.setattr(enabling, "LARGEST", 10)
    with pytest.raises(RequestRefused, match="larger"):
        enabling.enabled_along("a.timer")
    (tmp_path / "a.timer").unlink()
    with pytest.raises(RequestRefused, match=os.strerror(errno.ENOENT)):
        enabling.enabled_along("a.timer")


def test_r41_a_chain_without_end_is_refused(units: Units) -> None:
    units(**{f"u{number}_timer": f"Also=u{number + 1}.timer" for number in range(enabling.MOST + 2)})
    with pytest.raises(RequestRefused, match="more than"):
        enabling.enabled_along("u0.timer")
