"""The common options are taken out of any place before a `--`, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli.global_options import GlobalOptions, me, take_global_options
from stillwatch.errors import WrongUsage

words = st.lists(st.text(max_size=8).map(lambda word: word.lstrip("-") or "word"), max_size=6)


@given(words, words)
def test_they_may_stand_anywhere(before: list[str], after: list[str]) -> None:
    given_words = [*before, "--config", "a.toml", "--debug", *after, "--state-dir=/s", "--runtime-dir", "/r"]
    found, rest = take_global_options(given_words)
    assert found == GlobalOptions(config="a.toml", state_dir="/s", runtime_dir="/r", debug=True)
    assert rest == [*before, *after]


def test_after_two_dashes_they_are_words() -> None:
    assert take_global_options(["explain", "--", "--config", "x"]) == (
        GlobalOptions(),
        ["explain", "--", "--config", "x"],
    )


def test_the_last_one_wins() -> None:
    assert take_global_options(["--config", "a", "--config=b"])[0].config == "b"


@pytest.mark.parametrize("line", [["--config"], ["--state-dir="], ["--runtime-dir", "--json"], ["x", "--config", ""]])
def test_a_missing_value_is_wrong_usage(line: list[str]) -> None:
    with pytest.raises(WrongUsage, match="needs a"):
        take_global_options(line)


def test_somebody_sits_at_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_123_456)
    assert me() == "somebody"
    monkeypatch.setenv("LOGNAME", "anna")
    assert me() == "anna"
