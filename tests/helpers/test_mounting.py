from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import mounting
from stillwatch.helpers.child import Ended
from stillwatch.helpers.mounting import mount, mount_at, unmount
from stillwatch.helpers.request import HalfDone, RequestRefused

Write = Callable[[str], Path]


class Host:
    """code: how systemctl ends; judged: what the effect was asked of."""

    def __init__(self) -> None:
        self.code = 0
        self.called: list[list[str]] = []
        self.judged: list[tuple[object, ...]] = []
        self.mounted = False

    def run(self, argv: list[str], **_: object) -> Ended:
        self.called.append(argv[3:])
        self.mounted = self.code == 0 and argv[3] == "start"
        return Ended(code=self.code, text="")


@pytest.fixture
def place(tmp_path: Path, policy: Write) -> Path:
    (tmp_path / "photos").mkdir()
    policy(f'[[mounts]]\npath = "{tmp_path}/photos"\n')
    return tmp_path / "photos"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    host = Host()
    monkeypatch.setattr(mounting, "run", host.run)
    monkeypatch.setattr(mounting, "is_mounted", lambda place, parent: host.mounted)
    monkeypatch.setattr(mounting, "check_effect", lambda verb, unit, *, meant: host.judged.append((verb, unit, meant)))
    return host


def test_an_empty_directory_is_mounted_over_and_unmounted(place: Path, host: Host) -> None:
    unit = mount(str(place))["unit"]
    assert unit.endswith("photos.mount") and host.called == [["start", "--", unit]]
    assert mount_at(str(place))["what"] != ""
    unmount(str(place))
    assert host.called[1] == ["stop", "--", unit]
    assert [(verb, which) for verb, which, _ in host.judged] == [("start", unit), ("stop", unit)]


def test_r44_data_below_or_another_mount_is_never_hidden(place: Path, host: Host) -> None:
    (place / "new").touch()
    assert mount_at(str(place))["entries"] == 1
    with pytest.raises(RequestRefused):
        mount(str(place))
    host.mounted = True
    with pytest.raises(RequestRefused):
        mount(str(place))
    host.mounted = False
    with pytest.raises(RequestRefused):
        unmount(str(place))
    assert host.called == []


def test_a_directory_that_systemd_would_make(place: Path, host: Host) -> None:
    place.rmdir()
    seen = mount_at(str(place))
    assert (seen["what"], seen["entries"]) == ("", 0)


def test_r39_a_link_or_what_is_not_declared(place: Path, host: Host) -> None:
    place.rmdir()
    place.symlink_to("/etc")
    for path in (str(place), "/etc"):
        with pytest.raises(RequestRefused):
            mount(path)
    assert host.called == []


def test_r29_a_systemctl_that_fails(place: Path, host: Host) -> None:
    host.code = 1
    with pytest.raises(HalfDone):
        mount(str(place))


def test_the_kernel_tells_real_mounts_apart(policy: Write) -> None:
    policy('[[mounts]]\npath = "/dev/shm"\n')
    assert bool(mount_at("/dev/shm")["what"]) is Path("/dev/shm").is_mount()
