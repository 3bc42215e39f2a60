"""No test of this room reaches a real model by accident: only scripted servers, unless it is marked `real_model`."""

from __future__ import annotations

import pytest

from stillwatch.llm.test_allowlist import VARIABLE


@pytest.fixture(autouse=True)
def only_scripted_models(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = "all" if request.node.get_closest_marker("real_model") else "none"
    monkeypatch.setenv(VARIABLE, allowed)


class StoppedClock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def boot(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()
