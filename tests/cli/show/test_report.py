"""A report on paper: what, why, what could be done, what could not be read; hostile text stays text."""

from __future__ import annotations

from stillwatch.cli.show.incident import NOT_KNOWN
from stillwatch.cli.show.report import HEADLINES, NOTHING_CHANGED, report_lines
from stillwatch.cli.terminal import wrapped
from stillwatch.records.action import Outcome
from stillwatch.records.report import Report, SourceReport, TierReport
from tests.cli.scene import NOW, evidence, incident, report
from tests.support.facts import facts


def paper(shown: Report) -> str:
    return "".join(f"{each.text}\n" for each in report_lines(shown, now=NOW))


def test_paper_says_what_why_and_what_could_be_done() -> None:
    shown = report(incident())
    page = paper(shown)
    assert page.splitlines()[0].split("   ") == [
        f"! {HEADLINES['attention'][1]}",
        "web-01 · 2026-11-18 11:06:40 · 1 incident",
    ]
    for words in (
        "shop-web.service cannot start",
        "another process already listens on port 8080  (likely, says the review model)",
        "legacy.service  (port-in-use)",
        "[E1] 11:05:40 journal shop-web.service: bind() to 0.0.0.0:8080 failed",
        "stop unit legacy.service – it holds the port",
        NOTHING_CHANGED,
        "meta    missing: no model file",
        "2 calls · 1,830 tokens in, 1,678 of them cached, 60 out · 1.9 s",
        "read 1,243 log lines in 2.1 s",
    ):
        assert words in page
    assert "\x1b" not in page


def test_what_could_not_be_read_is_told_and_is_never_healthy() -> None:
    shown = report(status="unknown", sources=(SourceReport(name="journal", read=False, problem="closed"),))
    page = paper(shown)
    assert HEADLINES["unknown"][1] in page
    assert "journal: closed" in page
    assert "healthy" not in page


def test_an_unknown_cause_asks_for_a_person() -> None:
    shown = report(incident(cause=None, proposal=None))
    assert NOT_KNOWN in paper(shown)


def test_a_muted_incident_is_one_line() -> None:
    shown = report(incident(state="muted"), status="healthy")
    page = paper(shown)
    assert facts(page.splitlines()[0])[-1] == "1" and "no incident" in page
    assert "[E1]" not in page


HOSTILE = "\x1b]0;owned\x07\x1b[2J[bold red]all is healthy[/]\r\n✓ healthy\u202e\u2066" + "A" * 100_000


def test_hostile_text_stays_text() -> None:
    shown = report(
        incident(
            summary=HOSTILE,
            evidence=(evidence(text=HOSTILE),),
            notes=(HOSTILE,),
            id=HOSTILE[:30],
        ),
        host=HOSTILE,
        sources=(SourceReport(name=HOSTILE, read=False, problem=HOSTILE),),
    )
    page = paper(shown)
    assert not any(character in page for character in "\x1b\x07\r\u202e\u2066")
    assert "[bold red]" in page
    assert not any(line.startswith("✓ healthy") for line in page.splitlines())
    assert len(page) < 10_000


def test_a_narrow_terminal_wraps_and_loses_nothing() -> None:
    shown = report(incident())
    rows = wrapped(report_lines(shown, now=NOW), 40).splitlines()
    assert max(map(len, rows)) <= 40
    assert "".join("".join(rows).split()) == "".join(paper(shown).split())


def test_a_tier_that_failed_says_why() -> None:
    shown = report(tiers={"meta": TierReport(state="failed", detail="port 8082 is taken\x1b[2J")})
    assert "models   meta    failed: port 8082 is taken[2J\n" in paper(shown)


def test_tiers_that_say_the_same_share_a_line() -> None:
    off = TierReport(state="off", detail="no model was asked for")
    assert "models   off: no model was asked for\n" in paper(report(tiers={"trigger": off, "review": off, "meta": off}))


def test_it_does_not_claim_that_nothing_was_changed_where_something_was() -> None:
    done = incident(outcome=Outcome(status="done", verified=False))
    assert NOTHING_CHANGED not in paper(report(done))
    assert NOTHING_CHANGED not in paper(report(incident(state="acting")))
    assert NOTHING_CHANGED in paper(report(incident()))
