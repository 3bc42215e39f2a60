"""`ask`: the answer streams, the evidence that it cites follows, and nothing is said twice."""

from __future__ import annotations

import json

from stillwatch.records.chat import Usage
from stillwatch.records.report import Reply
from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService, evidence
from tests.support.facts import facts

TEXT = "Port 8080 is taken [E2]. See also [E2] and [E9]."


def reply(text: str = TEXT, note: str = "") -> Reply:
    return Reply(
        text=text,
        by="meta",
        evidence=(evidence(1, "not cited"), evidence(2, "legacy listens")),
        note=note,
        usage=Usage(prompt_tokens=900, output_tokens=40, seconds=3.2),
    )


def test_the_answer_streams_and_is_said_once(service: FakeService, stillwatch: Stillwatch) -> None:
    service.reply, service.pieces = reply(), ["Port 8080 is ", "taken [E2]. ", "See also [E2] and [E9]."]
    page = stillwatch("ask", "why is shop-web down?").out
    assert page.startswith(TEXT + "\n")
    assert page.count("Port 8080") == 1
    assert page.count("legacy listens") == 1
    assert "not cited" not in page
    assert [line for line in page.splitlines() if "meta" in line and facts(line) == ["940", "3.2"]]


def test_a_streamed_draft_is_followed_by_what_holds(service: FakeService, stillwatch: Stillwatch) -> None:
    """The service takes out citations of evidence that does not exist; the reader gets the cleaned text too."""
    service.reply, service.pieces = reply("Port 8080 is taken [E2]."), ["Port 8080 is taken [E2] [E77]."]
    assert stillwatch("ask", "why?").out.count("Port 8080 is taken [E2]") == 2


def test_an_answer_after_a_broken_one_is_said_once(service: FakeService, stillwatch: Stillwatch) -> None:
    service.reply, service.pieces = reply("By the rules [E2]."), ["The model sta", "\nBy the rules [E2]."]
    assert stillwatch("ask", "why?").out.count("By the rules") == 1


def test_an_answer_that_did_not_stream_is_printed(service: FakeService, stillwatch: Stillwatch) -> None:
    service.reply = reply(note="no model was asked")
    page = stillwatch("ask", "why", "is", "it", "down?").out
    assert page.startswith(TEXT)
    assert "no model was asked" in page
    assert service.asked[0][1] == {"question": "why is it down?", "use_models": True, "deadline": 120.0}


def test_json_is_one_object(service: FakeService, stillwatch: Stillwatch) -> None:
    service.reply, service.pieces = reply(), [TEXT]
    value = json.loads(stillwatch("ask", "why?", "--json").out)
    assert value["answer"] == TEXT
    assert [piece["id"] for piece in value["evidence"]] == ["E1", "E2"]
    assert value["by"] == "meta"
    assert value["note"] is None


def test_a_hostile_answer_stays_text(service: FakeService, stillwatch: Stillwatch) -> None:
    hostile = "\x1b[2Jall\x07 is [red]well[/red]\u202e"
    service.reply, service.pieces = reply(hostile), [hostile[:2], hostile[2:]]
    page = stillwatch("ask", "why?").out
    assert not any(character in page for character in "\x1b\x07\u202e")
    assert "[red]well[/red]" in page
