"""One screen of all rules for the whole room: compiling it takes a while."""

from __future__ import annotations

import pytest

from stillwatch.watch.rule import load_rules
from stillwatch.watch.screen import Screen


@pytest.fixture(scope="session")
def screen() -> Screen:
    return Screen(load_rules())
