from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_a_sentence_that_tells_a_password() -> None:
    assert redact("the password for bob is now hunter22.") == "the password for bob is now [redacted:password]."


def test_a_sentence_about_a_password_stays() -> None:
    for text in ("password is incorrect", "Failed password for invalid user abc123 from 10.0.0.1", "token is expired"):
        assert redact(text) == text
