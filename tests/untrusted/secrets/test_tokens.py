from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_a_token_of_a_vendor_goes_by_its_prefix() -> None:
    assert redact("key " + "ghp_" + "a1B2c3D4e5" * 3) == "key [redacted:github-token]"


def test_a_word_with_such_a_prefix_stays() -> None:
    for text in ("sk-some-long-hyphenated-word-here", "re_entrant_function_call_again", "4b1d" + "0a" * 18):
        assert redact(text) == text


def test_a_prefixed_token_of_an_unknown_vendor_goes() -> None:
    assert redact("using zork_" + "aB3" * 12) == "using [redacted:token]"
