from __future__ import annotations

from dataclasses import replace

import pytest

from .scene import Looks, ask, trigger, unit

DB = "db.service"
MASKED = unit(DB, load_state="masked", active_state="inactive", exec_start=())


@pytest.mark.parametrize(
    ("missed", "told", "action"),
    [(True, (), "unmask_unit"), (False, (), ""), (True, (f"{DB} is masked on purpose",), "")],
)
async def test_it_is_unmasked_only_where_somebody_misses_it_and_nobody_meant_it(
    missed: bool, told: tuple[str, ...], action: str
) -> None:
    seen = trigger(
        "masked", f"{DB} is masked, so shop.service, which requires it, cannot run", subject=DB, trusted=True
    )
    seen = replace(seen, rule="unit-missed" if missed else "systemd-masked")
    looks = Looks(unit_status={"load_state": "masked"})
    _, said = await ask(seen, looks=looks, units=(MASKED,), subject=DB, told=told)
    assert said.cause and (said.cause.id, said.cause.object) == ("masked", DB)
    assert (said.proposal.action if said.proposal else "") == action


async def test_one_that_is_not_masked_any_more_is_not_told_as_masked() -> None:
    looks = Looks(unit_status={"load_state": "loaded"})
    _, said = await ask(trigger("masked", subject=DB, trusted=True), looks=looks, units=(MASKED,), subject=DB)
    assert said.proposal is None and said.confidence < 0.9
