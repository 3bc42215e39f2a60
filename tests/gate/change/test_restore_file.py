from __future__ import annotations

from collections.abc import Mapping

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.restore_file import RestoreFile
from tests.gate.change.played import HostAccess, change, unit
from tests.support.facts import facts

SHOP = "shop.service"
RESTORE = change("restore_file", "/etc/shop/shop.conf", unit=SHOP)
FILE = {"path": "/etc/shop/shop.conf", "sha256": "bad", "good": "good", "same": False}


def access(**answers: object) -> HostAccess:
    told = {"file": FILE, "test": {"passed": False}, "restore": {}, "put_back": {}} | answers
    return HostAccess(units={SHOP: unit(SHOP)}, answers=told)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", ["conf", "/etc/shop/shop.conf"])
async def test_by_name_or_exact_path(target: str) -> None:
    await RestoreFile().check_target(access(), change("restore_file", target))


async def test_a_hint_at_another_unit_is_refused() -> None:
    with pytest.raises(Refused):
        await RestoreFile().check_target(access(), change("restore_file", "conf", unit="db.service"))


async def test_restore_and_start() -> None:
    played = access()
    now = await RestoreFile().precondition(played, RESTORE)
    assert now.ok and "/etc/shop/shop.conf" in facts(now.cause) and now.facts["good"] == "good"
    await RestoreFile().run(played, RESTORE, now.facts)
    assert played.done == [("restore", "conf"), ("reset-failed", SHOP), ("start", SHOP)]
    assert (await RestoreFile().verify(played, RESTORE, now.facts)).ok is False
    played.answers["test"] = {"passed": True}
    assert (await RestoreFile().verify(played, RESTORE, now.facts)).ok is True
    await RestoreFile().undo(played, RESTORE, now.facts)
    assert played.done[-1] == ("put_back", "conf")
    assert RestoreFile().is_back(now.facts, now.facts)
    assert not RestoreFile().is_back(now.facts, {**now.facts, "sha256": "good"})


async def test_no_copy_or_no_difference() -> None:
    assert not (await RestoreFile().precondition(access(file=FILE | {"good": ""}), RESTORE)).ok
    assert not (await RestoreFile().precondition(access(file=FILE | {"same": True}), RESTORE)).ok


async def test_r12_a_file_that_passes_its_test_is_no_cause() -> None:
    now = await RestoreFile().precondition(access(test={"passed": True}), RESTORE)
    assert now.ok and now.cause == ""


async def test_r22_the_copy_that_was_approved_is_asked_for_whatever_lies_there_by_then() -> None:
    asked: list[object] = []

    class Noting(HostAccess):
        async def act(self, request: Mapping[str, object]) -> Mapping[str, object]:
            asked.append(request.get("sha256"))
            return await super().act(request)

    newer = Noting(units={SHOP: unit(SHOP)}, answers={"file": FILE | {"good": "newer"}, "restore": {}})
    await RestoreFile().run(newer, RESTORE, {"good": "good"})
    assert asked == ["good"]
