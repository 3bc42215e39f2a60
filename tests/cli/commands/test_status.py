"""`status`: what was last known, in the same words as `check`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stillwatch.records.report import SourceReport
from tests.cli.conftest import Stillwatch
from tests.cli.scene import NOW, FakeService, incident, report


@pytest.mark.parametrize(("status", "code"), [("healthy", 0), ("attention", 1), ("critical", 1), ("unknown", 5)])
def test_exit_code_follows_the_status(status: Any, code: int, service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(status=status)
    assert stillwatch("status").code == code
    assert json.loads(stillwatch("status", "--json").out)["status"] == status


def test_it_tells_when_that_was(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident(), at=NOW - 86_400 * 3)
    assert "2026-11-15 11:06:40" in stillwatch("status").out
    assert service.asked == []


def test_nothing_known_is_unknown(service: FakeService, stillwatch: Stillwatch) -> None:
    problem = SourceReport(name="store", read=False, problem="nothing has been checked yet")
    service.report = report(status="unknown", sources=(problem,), tiers={}, lines=0, seconds=0.0)
    said = stillwatch("status")
    assert said.code == 5
    assert "nothing has been checked yet" in said.out
