"""One screen of all rules for the whole room."""

from __future__ import annotations

import pytest

from stillwatch.watch.prefilter import Prefilter
from tests.support import prefilters


@pytest.fixture(scope="session")
def prefilter() -> Prefilter:
    return prefilters.prefilter()
