"""`check`: the exit code follows the status, the options reach the service, the JSON has the promised shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stillwatch.records.event import Untrusted
from stillwatch.records.report import SourceReport
from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService, evidence, incident, report


@pytest.mark.parametrize(("status", "code"), [("healthy", 0), ("attention", 1), ("critical", 1), ("unknown", 5)])
def test_exit_code_follows_the_status(status: Any, code: int, service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(status=status)
    assert stillwatch("check").code == code
    said = stillwatch("check", "--json")
    assert (said.code, json.loads(said.out)["status"]) == (code, status)


def test_options_reach_the_service(service: FakeService, stillwatch: Stillwatch) -> None:
    stillwatch("check", "--since", "1h30m", "--no-model", "--deadline", "12.5", "--journal", "/etc", "--log", "-")
    assert service.asked == [
        ("check", {"since": 5400.0, "journal": "/etc", "log": "-", "use_models": False, "deadline": 12.5})
    ]


def test_json_has_exactly_the_promised_shape(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(
        incident(),
        sources=(SourceReport(name="journal", read=False, problem="closed"), SourceReport(name="units", read=True)),
    )
    said = stillwatch("check", "--json")
    value = json.loads(said.out)
    assert set(value) == {"host", "at", "status", "incidents", "sources", "tiers", "lines", "seconds"}
    assert value["at"] == "2026-11-18T11:06:40.000Z"
    assert value["sources"] == [
        {"name": "journal", "read": False, "problem": "closed"},
        {"name": "units", "read": True, "problem": None},
    ]
    assert value["tiers"]["review"] == {
        "state": "ready",
        "detail": "",
        "calls": 2,
        "prompt_tokens": 1830,
        "cached_tokens": 1678,
        "output_tokens": 60,
        "seconds": 1.94,
        "engine": None,
    }
    assert value["incidents"][0]["cause"]["id"] == "port-in-use"
    assert said.err == ""


def test_lone_surrogates_do_not_break_json(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident(evidence=(evidence(text=Untrusted("\udcff broken")),)))
    assert json.loads(stillwatch("check", "--json").out)["lines"] == 1243
