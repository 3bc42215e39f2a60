from __future__ import annotations

from dataclasses import replace

import pytest

from .scene import AT, Looks, ask, trigger, unit

MOUNT = unit("srv-data.mount", active_state="inactive", where="/srv/data", load_state="loaded", active_at=AT - 60)
RUNS = unit(active_state="active", result="success", exit_status=0, started_at=AT - 900)
MISSES = trigger("missing-path", "cannot open /srv/data/x", path="/srv/data/x")


def mount(**facts: object) -> dict[str, object]:
    return {
        "mounts": [{"point": "/srv/data", "kind": "tmpfs", "declared": "", "since": AT - 60, **facts}],
        "entries": 3,
    }


@pytest.mark.parametrize(("below", "action"), [(3, ""), (0, "mount_unit")])
async def test_a_mount_that_is_off_is_named_and_mounted_only_over_nothing(below: int, action: str) -> None:
    off = trigger("mount-missing", subject="srv-data.mount", trusted=True)
    looks = Looks(mount_of=mount() | {"entries": below})
    _, said = await ask(off, looks=looks, units=(MOUNT, RUNS), subject="srv-data.mount")
    assert said.cause and (said.cause.id, said.cause.object) == ("mount-missing", "srv-data.mount")
    assert (said.proposal.action if said.proposal else "") == action
    assert any("3 files" in note for note in said.notes) is bool(below)


async def test_what_was_mounted_over_a_directory_since_hides_what_is_below() -> None:
    looks = Looks(mount_of=mount(), file_metadata=lambda asked: {"path": asked["path"], "exists": False})
    _, said = await ask(MISSES, looks=looks, units=(RUNS,))
    assert said.cause and (said.cause.id, said.cause.object) == ("mount-missing", "/srv/data")
    for facts in ({"declared": "/etc/fstab"}, {"since": AT - 5000}, {"point": "/"}):
        looks = Looks(mount_of=mount(**facts), file_metadata=lambda asked: {"path": asked["path"], "exists": False})
        _, said = await ask(MISSES, looks=looks, units=(RUNS,))
        assert said.cause and said.cause.id == "missing-path"


async def test_read_only_is_the_mounts_or_the_units_own_fault() -> None:
    words = "PUT /shop/x failed: [Errno 30] Read-only file system: '/srv/data/x'"
    cannot = replace(trigger("filesystem-error", words), rule="read-only")
    drop_in = "/etc/systemd/system/shop.service.d/hard.conf"
    hardened = {"settings": [{"path": RUNS.fragment_path, "names": []}, {"path": drop_in, "names": ["ProtectSystem"]}]}
    for facts, status, cause, culprit in (
        ({"read_only": True}, {}, "filesystem-error", "/srv/data"),
        ({"read_only": False}, {}, "bad-config", "/etc/systemd/system/shop.service"),
        ({"read_only": False}, hardened, "bad-config", drop_in),
    ):
        _, said = await ask(cannot, looks=Looks(mount_of=mount(**facts), unit_status=status), units=(RUNS,))
        assert "/shop/x" not in said.cause.text if said.cause else False
        assert said.cause and (said.cause.id, said.cause.object) == (cause, culprit)
        assert said.proposal is None and said.confidence >= 0.9
