"""What stands below an answer, and how it streams."""

from __future__ import annotations

import pytest

from stillwatch.cli.show.reply import Speech, cited, reply_lines
from stillwatch.cli.terminal import ProgressLine
from stillwatch.records.report import Reply
from tests.cli.scene import NOW, evidence

PIECES = (evidence(1), evidence(2, "second"))


def test_each_citation_is_told_once_in_its_order() -> None:
    reply = Reply(text="So [E2], so [E1], so [E2], not [E5].", by="meta", evidence=PIECES)
    assert [piece.id for piece in cited(reply)] == ["E2", "E1"]


def test_who_answered_and_what_to_know_about_it() -> None:
    page = "\n".join(each.text for each in reply_lines(Reply(text="x", by="rule", note="no model\x07"), now=NOW))
    empty, note, by = page.splitlines()
    assert (empty, note) == ("", "  no model") and "rules" in by


def test_speech_is_harmless_and_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    speech = Speech(silent=False)
    speech.say("one\n\x1b[2J")
    assert capsys.readouterr().out == "one\n[2J"


def test_the_spinner_ends_where_the_answer_begins() -> None:
    class Spinner(ProgressLine):
        stopped = 0

        def stop(self) -> None:
            self.stopped += 1

    speech, spinner = Speech(silent=False), Spinner()
    assert speech.after(spinner) is spinner
    assert spinner.stopped == 0
    speech.say("one")
    assert spinner.stopped == 1


def test_silent_speech_keeps_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    Speech(silent=True).say("one")
    assert capsys.readouterr().out == ""
