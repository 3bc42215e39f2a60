from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Interrupted, Refused
from stillwatch.gate.change.delete_rotated_logs import DeleteRotatedLogs
from tests.gate.change.played import HostAccess, change

DELETE = change("delete_rotated_logs", "/srv/shop/logs", mount="/srv/shop")


def access(count: int, used: int) -> HostAccess:
    logs = {"count": count, "used_percent": used, "directory": "/srv/shop/logs"}
    return HostAccess(answers={"logs": logs, "delete_logs": {"removed": count, "bytes": count * 1_048_576}})


async def test_a_full_disk_is_the_cause() -> None:
    played = access(5, 97)
    await DeleteRotatedLogs().check_target(played, DELETE)
    now = await DeleteRotatedLogs().precondition(played, DELETE)
    assert now.ok and "97 %" in now.cause
    assert "5 rotated logs, 5 MiB" in await DeleteRotatedLogs().run(played, DELETE, {})
    assert (await DeleteRotatedLogs().verify(played, DELETE, now.facts)).ok is False
    assert (await DeleteRotatedLogs().verify(access(0, 50), DELETE, now.facts)).ok is True
    assert played.done == [("delete_logs", "logs")]


async def test_nothing_to_delete_and_a_disk_with_room() -> None:
    assert not (await DeleteRotatedLogs().precondition(access(0, 99), DELETE)).ok
    assert (await DeleteRotatedLogs().precondition(access(3, 40), DELETE)).cause == ""


@pytest.mark.parametrize("mount", ["/srv/other", "/srv/sho", "/home"])
async def test_another_file_system_is_meant(mount: str) -> None:
    with pytest.raises(Refused):
        await DeleteRotatedLogs().check_target(access(1, 99), change("delete_rotated_logs", "logs", mount=mount))


async def test_an_answer_without_numbers() -> None:
    with pytest.raises(Interrupted):
        await DeleteRotatedLogs().run(HostAccess(answers={"delete_logs": {"removed": "many"}}), DELETE, {})
