"""`incidents`: the list, one in full, closing, muting."""

from __future__ import annotations

import json

from stillwatch.records.mute import Mute
from tests.cli.conftest import Stillwatch
from tests.cli.scene import NOW, FakeService, evidence, incident


def test_the_name_alone_lists(service: FakeService, stillwatch: Stillwatch) -> None:
    service.known = [incident()]
    assert stillwatch("incidents").out == stillwatch("incidents", "list").out
    assert stillwatch("incidents").out.startswith("I-7 ")
    assert json.loads(stillwatch("incidents", "--json").out)[0]["id"] == "I-7"


def test_an_empty_list_says_so(stillwatch: Stillwatch) -> None:
    said = stillwatch("incidents")
    assert (said.code, len(said.out.splitlines())) == (0, 1) and "'stillwatch check'" in said.out
    assert json.loads(stillwatch("incidents", "--json").out) == []


def test_show_tells_everything(service: FakeService, stillwatch: Stillwatch) -> None:
    service.known = [incident(evidence=tuple(evidence(number) for number in range(1, 31)))]
    page = stillwatch("incidents", "show", "I-7").out
    assert "[E30]" in page
    assert "2026-11-18 11:04:40  rule: opened" in page
    assert json.loads(stillwatch("incidents", "--json", "show", "I-7").out)["severity"] == "high"


def test_an_unknown_id_is_exit_2(stillwatch: Stillwatch) -> None:
    said = stillwatch("incidents", "show", "I-99")
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1


def test_close_says_who(service: FakeService, stillwatch: Stillwatch) -> None:
    service.known = [incident()]
    assert "resolved" in stillwatch("incidents", "close", "I-7").out
    (verb, given) = service.asked[-1]
    assert (verb, given["id"]) == ("close", "I-7")
    assert given["by"]


def test_mute_takes_a_span_or_a_moment(service: FakeService, stillwatch: Stillwatch) -> None:
    assert stillwatch("incidents", "mute", "I-7", "--for", "12h").code == 0
    assert stillwatch("incidents", "mute", "--rule", "oom-kill", "--until", "2026-12-24T08:00").code == 0
    first, second = (given for verb, given in service.asked if verb == "mute")
    assert (first["incident_id"], first["rule"], first["until"]) == ("I-7", None, NOW + 43_200)
    assert (second["incident_id"], second["rule"], second["until"]) == (None, "oom-kill", 1_798_099_200.0)


def test_mute_wants_one_of_the_two(service: FakeService, stillwatch: Stillwatch) -> None:
    assert stillwatch("incidents", "mute").code == 2
    assert stillwatch("incidents", "mute", "I-7", "--rule", "oom-kill").code == 2
    assert stillwatch("incidents", "mute", "I-7", "--until", "2020-01-01").code == 2
    assert service.asked == []


def test_unmute_lists_what_is_muted_and_takes_one_back(service: FakeService, stillwatch: Stillwatch) -> None:
    assert stillwatch("incidents", "unmute").code == 0
    service.muted = [Mute(pattern="oom-kill", until=NOW, by="ann"), Mute(pattern="h/disk/*")]
    assert all(part in stillwatch("incidents", "unmute").out for part in ("oom-kill", "ann", "h/disk/*", "for ever"))
    listed = json.loads(stillwatch("incidents", "unmute", "--json").out)
    assert [(one["pattern"], bool(one["until"])) for one in listed] == [("oom-kill", True), ("h/disk/*", False)]
    assert stillwatch("incidents", "unmute", "I-7").code == 0
    assert json.loads(stillwatch("incidents", "unmute", "I-7", "--json").out) == {"unmuted": "I-7"}
    assert service.asked == [("unmute", {"pattern": "I-7"})] * 2
