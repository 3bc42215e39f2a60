from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from .scene import Looks, ask, trigger, unit

ROOTS = {"exists": True, "owner": "root", "group": "root"}


def seen(**places: Mapping[str, object]) -> Callable[[Mapping[str, object]], Mapping[str, object]]:
    table = {name.replace("__", "/"): facts for name, facts in places.items()}
    return lambda asked: table.get(str(asked["path"]), {"exists": False})


@pytest.mark.parametrize(
    ("state", "home", "culprit"),
    [
        ({}, "/srv/shopdata", "/srv/shopdata"),
        ({}, "/nonexistent", "/var/lib/shop"),
        ({"active_state": "active"}, "/srv/shopdata", "shop.service"),
    ],
)
async def test_where_no_path_is_named_the_data_of_a_failed_unit_is_looked_at(
    state: dict[str, Any], home: str, culprit: str
) -> None:
    place = {**ROOTS, "mode": "drwx------"}
    looks = Looks(
        users={"accounts": [{"name": "shop", "home": home}]},
        file_metadata=seen(__srv__shopdata=place, __var__lib__shop=place),
    )
    _, said = await ask(trigger("permission", "cannot open its data"), looks=looks, units=(unit(**state),))
    assert said.cause is not None and (said.cause.id, said.cause.object) == ("permission", culprit)
    assert (said.proposal is not None) is (culprit == "/var/lib/shop"), "its own place, not one that merely is its home"


@pytest.mark.parametrize(("mode", "shut"), [("-rwxr-xr-x", False), ("-rwx------", True)])
async def test_a_program_of_roots_that_all_may_read_shuts_nobody_out(mode: str, shut: bool) -> None:
    looks = Looks(file_metadata=seen(__usr__bin__shop={**ROOTS, "mode": mode}))
    told = trigger("permission", "/usr/bin/shop: cannot open data: Permission denied", path="/usr/bin/shop")
    _, said = await ask(told, looks=looks, units=(unit(active_state="active"),))
    assert (said.confidence >= 0.9) is shut
