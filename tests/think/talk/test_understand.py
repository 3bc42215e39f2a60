from __future__ import annotations

import pytest

from stillwatch.think.talk.understand import understand

from .hosts import NOW, UNITS


@pytest.mark.parametrize(
    ("before", "question", "topic", "unit"),
    [
        ("is postgresql running?", "and nginx?", "unit_state", "nginx.service"),
        ("läuft postgresql?", "und nginx?", "unit_state", "nginx.service"),
        ("why is nginx down?", "and since when?", "unit_state", "nginx.service"),
        ("pourquoi nginx est en panne ?", "et depuis quand ?", "unit_state", "nginx.service"),
        ("how full is the disk?", "and since when?", "disk_trend", ""),
        ("how full is the disk?", "why?", "disk_fill", ""),
        ("is nginx running?", "why?", "unit_down", "nginx.service"),
        ("is nginx running?", "mem?", "memory", ""),
        ("how full is the disk?", "what's in there?", "disk_fill", ""),
        ("wie voll ist /srv", "und was liegt da drin?", "disk_fill", ""),
        ("who is logged in?", "and yesterday?", "logins", ""),
        ("how big is /var/log?", "can I delete it?", "file", ""),
    ],
)
def test_a_follow_up_takes_what_it_leaves_out(before: str, question: str, topic: str, unit: str) -> None:
    one = understand(question, [before], UNITS, now=NOW)
    assert one.topic is not None and (one.topic.name, one.named.unit) == (topic, unit)


def test_a_row_of_the_answer_before() -> None:
    one = understand("the second one", ["which services failed?"], UNITS, now=NOW)
    assert one.row == 2 and one.before is not None and one.before.topic is not None
    assert understand("das letzte", ["welche dienste sind ausgefallen?"], UNITS, now=NOW).row == -1


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("since when is the first one down?", "unit_state"),
        ("why did the second fail", "unit_down"),
        ("the 2nd", "services"),
    ],
)
def test_of_a_row_something_else_may_be_asked(question: str, topic: str) -> None:
    one = understand(question, ["which services failed?"], UNITS, now=NOW)
    assert one.topic is not None and one.row > 0 and one.topic.name == topic


def test_since_when_after_why_is_asked_of_the_same_row() -> None:
    one = understand("since when?", ["what is wrong?", "why?"], UNITS, now=NOW)
    assert one.topic is not None and (one.topic.name, one.row) == ("unit_state", 1)
    assert one.before is not None and one.before.topic is not None and one.before.topic.name == "wrong"
