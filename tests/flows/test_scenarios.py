"""The fault scenarios themselves are well told, and the shop that they break is drawn."""

from __future__ import annotations

import pytest

from evals import scenario
from stillwatch.records.action import ACTIONS
from stillwatch.records.cause import CAUSES
from tests.support.shop import draw


@pytest.mark.parametrize("name", scenario.names())
def test_a_scenario_speaks_the_words_of_the_catalogues(name: str) -> None:
    fault = scenario.load(name)
    assert set(fault.causes) <= set(CAUSES)
    assert set(fault.actions) <= set(ACTIONS)
    assert fault.title and not fault.title.endswith(".")


def test_the_same_seed_draws_the_same_shop_and_others_differ() -> None:
    assert draw(7) == draw(7)
    assert len({draw(seed).web.unit for seed in range(50)}) > 20
    assert len({draw(seed).victim.role for seed in range(50)}) == 3
