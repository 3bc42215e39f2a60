from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.untrusted import for_notice


@given(st.text(max_size=5_000))
def test_r17_a_notice_is_one_printable_line_of_bounded_length(text: str) -> None:
    for made, most in ((for_notice.title(text), 200), (for_notice.body(text), 2_000)):
        assert len(made) <= most and "\n" not in made and "\x1b" not in made


def test_r17_it_has_no_secret_and_no_address_that_is_fetched() -> None:
    made = for_notice.body("see https://evil.example/x?password=hunter2hunter2 and password=hunter2hunter2")
    assert "https://" not in made and "hunter2" not in made


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\xad", "\x00", "\x1b[0m", "\u202e", "\ufeff"])
def test_r17_what_nobody_sees_keeps_no_mark_from_being_broken(sign: str) -> None:
    made = for_notice.body(sign.join("<img src=//evil.example/x> http://evil.example www.evil.example ![x](y)"))
    assert not re.search(r"<i|://|//e|www\.|!\[|\]\(", made)


def test_r43_a_name_that_a_line_holds_is_looked_up_by_no_messenger() -> None:
    made = for_notice.body("evil.example: write to root@evil.example or www.evil.example; ssh.service failed")
    assert not re.search(r"\w\.example|\w@\w", made) and "ssh.service" in made


def test_r43_a_line_calls_nobody() -> None:
    made = for_notice.body("failed @everyone, (@here) <@U123> <@&5> <!channel> <#C1>: getty@tty1.service")
    assert not re.search(r"(?<!\w)@\w|<[@!#]", made) and "getty@tty1.service" in made
    assert for_notice.body(made) == made
