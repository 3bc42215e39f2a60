"""The shapes that scripts rely on."""

from __future__ import annotations

import msgspec

from stillwatch.records.chat import Usage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence
from stillwatch.records.report import Checked, Reply, Report, SourceReport, TierReport
from stillwatch.views.report import DoctorView, ReplyView, StatusView
from stillwatch.views.shape import plain

USAGE = Usage(prompt_tokens=5, seconds=0.1234)
LOOK = Evidence(id="E1", incident="", kind="look", source="sockets", at=0.0, text=Untrusted("pid 7"))


def test_a_report() -> None:
    report = Report(
        host="h",
        at=1.5,
        status="unknown",
        sources=(SourceReport(name="journal", read=False, problem="closed"), SourceReport(name="units", read=True)),
        tiers={
            "meta": TierReport(
                state="failed",
                detail="dead",
                engine="xllamacpp 1",
                calls=1,
                usage=Usage(prompt_tokens=5, seconds=0.1234),
            )
        },
        lines=3,
        seconds=0.12349,
    )
    assert plain(StatusView.of(report)) == {
        "host": "h",
        "at": "1970-01-01T00:00:01.500Z",
        "status": "unknown",
        "incidents": [],
        "sources": [
            {"name": "journal", "read": False, "problem": "closed", "watched": None},
            {"name": "units", "read": True, "problem": None, "watched": None},
        ],
        "tiers": {
            "meta": {
                "state": "failed",
                "detail": "dead",
                "engine": "xllamacpp 1",
                "calls": 1,
                "prompt_tokens": 5,
                "cached_tokens": 0,
                "output_tokens": 0,
                "seconds": 0.123,
            }
        },
        "lines": 3,
        "dropped": 0,
        "unread": {"lines": 0, "without_time": 0, "without_program": 0},
        "unknown": [],
        "seconds": 0.123,
        "store": None,
    }


def test_a_reply() -> None:
    value = msgspec.to_builtins(ReplyView.of(Reply(text="so [E1]", by="meta", evidence=(LOOK,), note="careful")))
    assert value["answer"] == "so [E1]"
    assert value["note"] == "careful"
    assert value["evidence"] == [
        {"id": "E1", "incident": None, "kind": "look", "source": "sockets", "at": None, "text": "pid 7"}
    ]


def test_findings() -> None:
    good, bad = Checked(topic="a", ok=True, text="x"), Checked(topic="b", ok=False, text="y", mend="z")
    assert DoctorView.of([good]).ok
    assert plain(DoctorView.of([good, bad])) == {
        "ok": False,
        "findings": [
            {"topic": "a", "ok": True, "text": "x", "mend": None},
            {"topic": "b", "ok": False, "text": "y", "mend": "z"},
        ],
    }
