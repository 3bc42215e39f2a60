from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stillwatch.records.trigger import Trigger

from .scene import Looks, ask, files, trigger, unit

CLIENT = unit("nginx.service", active_state="active", result="success", exit_status=0)
PATH = "/run/php/php8.2-fpm.sock"
GONE: Mapping[str, Any] = files()
SERVER = {"name": "php8.2-fpm.service", "load_state": "loaded", "active_state": "inactive", "enabled": "enabled"}


def refused(why: str) -> Trigger:
    return trigger("dependency-failed", f"connect() to unix:{PATH} failed ({why})", subject="nginx", target=PATH)


async def asked(why: str, told: tuple[str, ...] = (), **looks: Any) -> Any:
    _, said = await ask(refused(why), looks=Looks(**looks), units=(CLIENT,), subject="nginx.service", told=told)
    return said


async def test_a_socket_that_is_closed_to_it() -> None:
    closed = {"exists": True, "mode": "srw-------", "owner": "root", "group": "root"}
    said = await asked("13: Permission denied", file_metadata=closed)
    assert (said.cause.id, said.cause.object) == ("permission", PATH)


async def test_the_service_that_makes_it_does_not_run() -> None:
    said = await asked("2: No such file or directory", file_metadata=GONE, unit_status=SERVER)
    assert (said.cause.id, said.cause.object) == ("dependency-failed", "php8.2-fpm.service")
    assert (said.proposal.action, said.proposal.target) == ("start_unit", "php8.2-fpm.service")


@pytest.mark.parametrize(
    ("state", "cause", "action"),
    [
        ({"active_state": "failed"}, "dependency-failed", ""),
        ({"enabled": "disabled"}, "dependency-failed", ""),
        ({"load_state": "masked"}, "masked", "unmask_unit"),
    ],
)
async def test_what_was_switched_off_or_failed_is_not_just_started(
    state: Mapping[str, str], cause: str, action: str
) -> None:
    said = await asked("2: No such file or directory", file_metadata=GONE, unit_status=SERVER | dict(state))
    assert said.cause.id == cause and (said.proposal.action if said.proposal else "") == action


async def test_what_is_off_on_purpose_is_meant() -> None:
    note = "php8.2-fpm.service is stopped on purpose"
    said = await asked("2: No such file or directory", told=(note,), file_metadata=GONE, unit_status=SERVER)
    assert said.meant == note and said.proposal is None


@pytest.mark.parametrize("why", ["110: Connection timed out", "11: Resource temporarily unavailable"])
async def test_who_listens_and_does_not_answer(why: str) -> None:
    there = {"exists": True, "mode": "srw-rw----", "owner": "www-data", "group": "www-data"}
    said = await asked(why, file_metadata=there, unit_status=SERVER | {"active_state": "active"})
    assert (said.cause.id, said.cause.object, said.proposal) == ("timeout", "php8.2-fpm.service", None)


async def test_who_runs_and_refuses_is_not_called_slow() -> None:
    said = await asked("2: No such file", file_metadata=GONE, unit_status=SERVER | {"active_state": "active"})
    assert said.cause.id != "timeout"


async def test_a_socket_without_its_service_is_told_by_the_name_that_nobody_has() -> None:
    told = trigger(
        "dependency-failed", "lending.socket: Socket service desk.service not loaded, refusing.",
        subject="lending.socket", trusted=True, service="desk.service",
    )  # fmt: skip
    socket = unit("lending.socket", exec_start=(), result="")
    for state, culprit in (("not-found", "desk.service"), ("loaded", "lending.socket")):
        looks = Looks(unit_status={"load_state": state, "active_state": "inactive"})
        _, said = await ask(
            told, looks=looks, units=(socket,), subject=socket.name, key=f"h/unit-failure/{socket.name}"
        )
        assert said.cause and (said.cause.id, said.cause.object) == ("dependency-failed", culprit)
        assert said.proposal is None
