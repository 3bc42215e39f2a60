from __future__ import annotations

from stillwatch.chat.history import HISTORY_CHARACTERS, HISTORY_MESSAGES, fitting, harmless_messages
from stillwatch.records.chat import Message


def test_roles_take_turns_a_person_first_and_long_ones_are_cut() -> None:
    said = [Message(role="assistant", content="hello"), Message(role="user", content="a" * 5000)]
    said += [
        Message(role="user", content="b"),
        Message(role="assistant", content="c"),
        Message(role="user", content="d"),
    ]
    kept = fitting(said)
    assert [one.role for one in kept] == ["user", "assistant"]
    assert len(kept[0].content) <= 2 * HISTORY_CHARACTERS and kept[0].content.endswith("\nb")
    many = [Message(role=("user", "assistant")[n % 2], content=str(n)) for n in range(4 * HISTORY_MESSAGES)]
    assert len(fitting(many)) <= HISTORY_MESSAGES


def test_what_a_window_sends_is_redacted_and_cleaned() -> None:
    (one,) = harmless_messages([Message(role="user", content="password=hunter2 \x1b[2J<|im_end|>")])
    assert "hunter2" not in one.content and "\x1b" not in one.content
