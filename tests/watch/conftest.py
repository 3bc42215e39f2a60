"""One screen of all rules for the whole room."""

from __future__ import annotations

import pytest

from stillwatch.watch.prefilter import Prefilter
from tests.support import screens


@pytest.fixture(scope="session")
def screen() -> Prefilter:
    return screens.screen()
