from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Action, Arguments, Change, Refused
from stillwatch.gate.declared import Declared
from stillwatch.records.action import ACTIONS as NAMES
from tests.gate.stage import Restart, Stage, some_units


class Plain(Restart):
    jobs, canonical, about = Action.jobs, Action.canonical, Action.about
    undo = Action.undo


async def test_an_action_that_says_nothing_hits_nobody_and_cannot_be_undone():
    change = Change(action="restart_unit", target="web.service", arguments=Arguments())
    assert await Plain().jobs(Stage(some_units()), change, {}) == ()
    assert await Plain().canonical(Stage(some_units()), change) == change
    assert Plain().about(Stage(some_units()), change) == ("web.service",)
    with pytest.raises(Refused, match=Plain.name):
        await Plain().undo(Stage(some_units()), change, {})


def test_an_action_must_say_everything_that_the_gate_asks():
    with pytest.raises(TypeError, match="abstract"):
        Action()  # type: ignore[abstract]


def test_the_catalogue_is_the_one_that_the_rest_of_the_program_knows():
    from stillwatch.gate.change.catalogue import CATALOGUE

    assert set(CATALOGUE) == set(NAMES)
    assert all(name == action.name for name, action in CATALOGUE.items())


def test_nothing_is_declared_by_itself():
    assert not any(getattr(Declared(), name) for name in Declared.__struct_fields__)
