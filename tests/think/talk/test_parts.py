from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.think.talk.catalogue import catalogue
from stillwatch.think.talk.parts import MOST, parts_of
from stillwatch.think.talk.topic import Topic

ABOUT = {
    "disk": "disk_space",
    "memory": "memory",
    "swap": "swap",
    "ssh": "logins",
    "memoire": "memory",
    "platte": "disk_space",
}


def about(piece: str) -> Topic | None:
    """By the last of its words that says it."""
    words = [ABOUT[word] for word in piece.lower().strip("?!. ").split() if word in ABOUT]
    return catalogue()[words[-1]] if words else None


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("is the disk full and who takes the memory?", ["is the disk full", "who takes the memory?"]),
        ("is the disk full? who came by ssh", ["is the disk full", "who came by ssh"]),
        ("show the disk, the memory and swap", ["show the disk", "the memory", "swap"]),
        ("Ist die Platte voll und wer braucht memory", ["Ist die Platte voll", "wer braucht memory"]),
        ("which disk is full and why?", ["which disk is full and why?"]),
        ("the disk of today and the disk of before", ["the disk of today and the disk of before"]),
        ("what came between disk and memory", ["what came between disk and memory"]),
        ("the disk was full, wasn't it", ["the disk was full, wasn't it"]),
        ("and", ["and"]),
        ("", [""]),
    ],
)
def test_pieces_that_say_what_they_are_about_are_apart(question: str, parts: list[str]) -> None:
    assert list(parts_of(question, about)) == parts


@given(st.lists(st.sampled_from([*ABOUT, "and", "und", "?", ",", "it", "why"]), max_size=40))
def test_each_piece_is_of_the_question_and_about_something_else(words: list[str]) -> None:
    question = " ".join(words)
    parts = parts_of(question, about)
    assert 1 <= len(parts) <= MOST
    assert parts == (question,) or len({about(part).name for part in parts if about(part)}) == len(parts)
    assert all(part in question for part in parts)
