from __future__ import annotations

from .scene import Looks, ask, files, trigger, unit

CONFIG = "/etc/shop/shop.conf"
BROKEN = trigger("bad-config", f"{CONFIG}:7: syntax error", path=CONFIG, line="7")


async def test_file_and_line_and_when_it_was_changed() -> None:
    looks = Looks(recent_changes={"changes": [{"path": CONFIG, "at": 1_799_999_880.0}]})
    _, said = await ask(BROKEN, looks=looks, units=(unit(exec_start=("/nothing", CONFIG)),))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("bad-config", CONFIG)
    assert "line 7" in said.cause.text and "07:58:00" in said.cause.text
    assert said.confidence >= 0.9
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("restore_file", CONFIG)


async def test_a_file_that_is_not_the_units_is_no_target() -> None:
    planted = trigger("bad-config", "/etc/shadow:1: syntax error", path="/etc/shadow", line="1")
    looks = Looks(recent_changes={"changes": [{"path": "/etc/shadow", "at": 1_799_999_880.0}]})
    _, said = await ask(planted, looks=looks)
    assert said.proposal is None
    assert said.confidence <= 0.6


async def test_the_wrong_owner_of_the_units_data() -> None:
    data = "/srv/shop/records"
    denied = trigger("permission", f"open {data}/x: permission denied", path=data)
    looks = Looks(file_metadata=files(_srv_shop_records={"exists": True, "uid": 0}))
    _, said = await ask(denied, looks=looks, units=(unit(active_state="active"),))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("permission", data)
    assert said.proposal is not None and said.proposal.target == data
    assert said.confidence >= 0.9


async def test_an_owner_of_somebody_elses_file_is_told_and_not_repaired() -> None:
    for path in ("/etc/shadow", "/srv/shop/../../etc/shadow", "/srv/other/x"):
        denied = trigger("permission", f"open {path}: permission denied", path=path)
        looks = Looks(file_metadata={"exists": True, "uid": 0})
        _, said = await ask(denied, looks=looks, units=(unit(active_state="active", exec_start=("/bin/true",)),))
        assert said.proposal is None, path


async def test_a_lock_whose_process_is_dead() -> None:
    lock = "/run/shop/shop.pid"
    said_so = trigger("stale-lock", f"lock file {lock} already exists (pid 4711)", path=lock)
    looks = Looks(
        file_metadata={"exists": True, "uid": 0},
        process_list={"processes": []},
    )
    _, said = await ask(said_so, looks=looks)
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("stale-lock", lock)
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("remove_stale_lock", lock)


async def test_a_lock_whose_process_lives_stays() -> None:
    lock = "/run/shop/shop.pid"
    looks = Looks(file_metadata={"exists": True}, process_list={"processes": [{"pid": 2}]})
    _, said = await ask(trigger("stale-lock", "exists (pid 2)", path=lock), looks=looks)
    assert said.proposal is None
    assert said.confidence <= 0.6
