"""One screen of all rules for the whole room."""

from __future__ import annotations

import pytest

from stillwatch.watch.screen import Screen
from tests import screens


@pytest.fixture(scope="session")
def screen() -> Screen:
    return screens.screen()
