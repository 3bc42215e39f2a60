from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from .scene import Looks, ask, trigger, unit

DEFAULTS, DROP_IN = "/etc/default/shop", "/etc/systemd/system/shop.service.d/limits.conf"
UNIT = "/etc/systemd/system/shop.service"


def setting(**names: list[str]) -> Looks:
    """The unit's file, then what is added to it, with what each sets."""
    given = {UNIT: ["ExecStart", "LimitNOFILE"], DROP_IN: [], DEFAULTS: [], **names}
    return Looks(unit_status={"settings": [{"path": path, "names": found} for path, found in given.items()]})


@pytest.mark.parametrize(
    ("fields", "given", "culprit", "proven"),
    [
        ({"option": "--retention"}, {DEFAULTS: ["ARGS", "--retention"]}, DEFAULTS, True),
        ({"letter": "Q"}, {DROP_IN: ["ExecStart", "-Q"]}, DROP_IN, True),
        ({"option": "--retention"}, {DEFAULTS: ["--retention.time"]}, "--retention", False),
    ],
)
async def test_an_option_that_is_not_taken_and_the_file_that_gives_it(
    fields: dict[str, str], given: dict[str, list[str]], culprit: str, proven: bool
) -> None:
    told = trigger("bad-config", "unknown option", **fields)
    _, said = await ask(told, looks=setting(**given))
    assert said.cause is not None and (said.cause.id, said.cause.object) == ("bad-config", culprit)
    assert (said.confidence >= 0.9) is proven and said.proposal is None


@pytest.mark.parametrize(("given", "culprit"), [({DROP_IN: ["LimitNOFILE"]}, DROP_IN), ({}, "shop.service")])
async def test_a_limit_that_is_reached_and_the_file_that_sets_it_last(given: dict[str, Any], culprit: str) -> None:
    told = replace(trigger("resource-limit", "Too many open files"), object="LimitNOFILE")
    _, said = await ask(told, looks=setting(**given), units=(unit(active_state="active"),))
    assert said.cause is not None and (said.cause.id, said.cause.object) == ("resource-limit", culprit)


@pytest.mark.parametrize(("times", "cause"), [(9000, "resource-limit"), (3, "log-flood")])
async def test_a_flood_of_one_complaint_is_told_by_what_it_complains_of(times: int, cause: str) -> None:
    told = replace(trigger("resource-limit", "Too many open files"), count=times)
    flood = replace(trigger("log-flood", trusted=True), count=10_000)
    _, said = await ask(told, flood, units=(unit(active_state="active"),))
    assert said.cause is not None and said.cause.id == cause
    assert (said.proposal is None) is (cause != "log-flood")


async def test_work_of_a_loop_around_one_complaint_is_told_by_what_it_complains_of() -> None:
    told = replace(trigger("resource-limit", "Too many open files"), count=4000)
    busy = replace(trigger("cpu-hog", trusted=True), rule="unit-busy")
    _, said = await ask(told, busy, units=(unit(active_state="active"),))
    assert said.cause is not None and said.cause.id == "resource-limit" and said.proposal is None
