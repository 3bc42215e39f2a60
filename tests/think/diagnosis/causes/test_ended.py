from __future__ import annotations

import pytest

from .scene import Looks, ask, files, trigger, unit

DROP_IN = "/etc/systemd/system/shop.service.d/hard.conf"


@pytest.mark.parametrize(
    ("signal", "directive", "cause"),
    [
        (31, "SystemCallFilter", "access-control"),
        (25, "LimitFSIZE", "resource-limit"),
        (24, "LimitCPU", "resource-limit"),
    ],
)
async def test_a_signal_that_only_a_limit_sends_names_the_file_that_sets_it(
    signal: int, directive: str, cause: str
) -> None:
    shop = unit(result="core-dump", exit_code=3, exit_status=signal)
    there = {"exists": True, "mode": "-rwxr-xr-x"}
    settings = {"settings": [{"path": DROP_IN, "names": [directive]}]}
    looks = Looks(unit_status=settings, file_metadata=files(_opt_shop_bin_shop=there))
    _, said = await ask(trigger("crash", trusted=True), looks=looks, units=(shop,))
    assert said.cause and (said.cause.id, said.cause.object) == (cause, DROP_IN)
    assert said.proposal is None


async def test_an_exit_status_of_that_number_is_no_signal() -> None:
    there = {"exists": True, "mode": "-rwxr-xr-x"}
    looks = Looks(unit_status={"settings": []}, file_metadata=files(_opt_shop_bin_shop=there))
    _, said = await ask(trigger("exit-code", trusted=True), looks=looks, units=(unit(exit_code=1, exit_status=31),))
    assert said.cause and said.cause.id == "exit-code"


@pytest.mark.parametrize(("commands", "cause"), [(("frob",), "missing-executable"), (("a", "b"), "exit-code")])
async def test_the_status_of_a_shell_that_finds_no_command(commands: tuple[str, ...], cause: str) -> None:
    there = {"exists": True, "mode": "-rwxr-xr-x"}
    called = [{"script": "/opt/shop/bin/shop", "command": name, "line": 3} for name in commands]
    looks = Looks(unit_status={"calls_missing": called}, file_metadata=files(_opt_shop_bin_shop=there))
    shop = unit(exit_code=1, exit_status=127, exec_start=("/opt/shop/bin/shop",))
    _, said = await ask(trigger("exit-code", trusted=True), looks=looks, units=(shop,))
    assert said.cause and said.cause.id == cause
