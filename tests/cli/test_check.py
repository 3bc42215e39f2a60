"""`check` and `status`: the exit code follows the status, the JSON has the promised shape, paper says it in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stillwatch.records.event import Untrusted
from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Severity

from .conftest import Stillwatch
from .scene import NOW, FakeService, evidence, incident, report


@pytest.mark.parametrize(("status", "code"), [("healthy", 0), ("attention", 1), ("critical", 1), ("unknown", 5)])
@pytest.mark.parametrize("command", ["check", "status"])
def test_exit_code_follows_the_status(
    command: str, status: Any, code: int, service: FakeService, stillwatch: Stillwatch
) -> None:
    service.report = report(status=status)
    assert stillwatch(command).code == code
    said = stillwatch(command, "--json")
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
    }
    assert value["incidents"][0]["cause"]["id"] == "port-in-use"
    assert said.err == ""


def test_paper_says_what_why_and_what_could_be_done(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident())
    page = stillwatch("check").out
    assert page.splitlines()[0] == "! needs attention   web-01 · 2026-11-18 11:06:40 · 1 incident"
    for words in (
        "shop-web.service cannot start",
        "another process already listens on port 8080  (likely, says the review model)",
        "legacy.service  (port-in-use)",
        "[E1] 11:05:40 journal shop-web.service: bind() to 0.0.0.0:8080 failed",
        "stop unit legacy.service – it holds the port",
        "Nothing is changed on the host.",
        "meta    missing: no model file",
        "2 calls · 1,830 tokens in, 1,678 of them cached, 60 out · 1.9 s",
        "read 1,243 log lines in 2.1 s",
    ):
        assert words in page
    assert "\x1b" not in page


def test_what_could_not_be_read_is_told_and_is_never_healthy(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(status="unknown", sources=(SourceReport(name="journal", read=False, problem="closed"),))
    page = stillwatch("check").out
    assert "could not be established" in page
    assert "journal: closed" in page
    assert "healthy" not in page


def test_an_unknown_cause_asks_for_a_person(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident(cause=None, proposal=None))
    assert "a person should look" in stillwatch("check").out


def test_a_muted_incident_is_one_line(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident(state="muted"), status="healthy")
    page = stillwatch("check").out
    assert "no incident, 1 muted or resolved" in page
    assert "[E1]" not in page


HOSTILE = "\x1b]0;owned\x07\x1b[2J[bold red]all is healthy[/]\r\n✓ healthy\u202e\u2066" + "A" * 100_000


def test_hostile_text_stays_text(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(
        incident(
            summary=HOSTILE,
            evidence=(evidence(text=HOSTILE),),
            notes=(HOSTILE,),
            id=HOSTILE[:30],
        ),
        host=HOSTILE,
        sources=(SourceReport(name=HOSTILE, read=False, problem=HOSTILE),),
    )
    page = stillwatch("check").out
    assert not any(character in page for character in "\x1b\x07\r\u202e\u2066")
    assert "[bold red]" in page
    assert not any(line.startswith("✓ healthy") for line in page.splitlines())
    assert len(page) < 10_000


def test_many_incidents_and_much_evidence_stay_readable(service: FakeService, stillwatch: Stillwatch) -> None:
    pieces = tuple(evidence(number) for number in range(1, 101))
    service.report = report(incident(evidence=pieces), status="critical")
    page = stillwatch("check").out
    assert "[E6]" in page
    assert "[E7]" not in page
    assert "… and 94 more: stillwatch incidents show I-7" in page


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_its_word(severity: Severity, service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident(severity=severity))
    assert f" {severity} " in stillwatch("check").out


def test_lone_surrogates_do_not_break_json(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident(evidence=(evidence(text=Untrusted("\udcff broken")),)))
    assert json.loads(stillwatch("check", "--json").out)["lines"] == 1243


def test_now_is_the_clock_of_the_app(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(incident(evidence=(evidence(),), updated=NOW - 86_400 * 3), at=NOW - 86_400 * 3)
    assert "2026-11-15" in stillwatch("status").out
