"""`check`: the exit code follows the status, the options reach the service, the JSON has the promised shape."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
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
    stillwatch("check", "--since", "1h30m", "--no-model", "--deadline", "12.5", "--journal", "/etc")
    assert service.asked == [
        ("check", {"since": 5400.0, "journal": "/etc", "log": None, "use_models": False, "deadline": 12.5})
    ]


@pytest.mark.parametrize("words", [("check", "--log", "-"), ("triage", "-")])
def test_two_things_to_read_are_refused(stillwatch: Stillwatch, words: tuple[str, ...]) -> None:
    said = stillwatch(*words, "--journal", "/etc")
    assert said.code == 2 and "--journal" in said.err


def test_json_has_exactly_the_promised_shape(service: FakeService, stillwatch: Stillwatch) -> None:
    service.report = report(
        incident(),
        sources=(SourceReport(name="journal", read=False, problem="closed"), SourceReport(name="units", read=True)),
    )
    said = stillwatch("check", "--json")
    value = json.loads(said.out)
    promised = {"host", "at", "status", "incidents", "sources", "tiers", "lines", "seconds"}
    assert set(value) == promised | {"dropped", "store", "unknown", "unread"}
    assert value["at"] == "2026-11-18T11:06:40.000Z"
    assert value["sources"] == [
        {"name": "journal", "read": False, "problem": "closed", "watched": None},
        {"name": "units", "read": True, "problem": None, "watched": None},
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


def test_a_recorded_host_is_looked_at_instead_and_said_to_be_one(tmp_path: Path) -> None:
    where = ("--state-dir", str(tmp_path / "state"), "--runtime-dir", str(tmp_path / "run"))
    done = run_main("check", "--recorded", "--no-model", "--json", *where)
    report = json.loads(done.stdout)
    assert (done.returncode, report["recorded"], report["host"], report["status"]) == (1, True, "shop", "critical")
    assert {one["cause"]["id"] for one in report["incidents"]} == {"port-in-use", "disk-full"}
    assert all(one["evidence"] and one["proposal"] for one in report["incidents"])
    assert {source["name"] for source in report["sources"] if source["read"]} == {"units", "metrics", "journal"}
    assert not list((tmp_path / "state").glob("*.db*")), "what is only shown is not remembered"
    shown = run_main("check", "--recorded", "--no-model", *where)
    assert "recorded 20" in shown.stdout and "recorded host" in shown.stdout


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    for words in (["--recorded", str(tmp_path)], ["--recorded", str(tmp_path), "--log", "-"]):
        done = run_main("check", *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def run_main(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "stillwatch", *words], capture_output=True, text=True, timeout=60)
