from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_a_card_needs_its_word_and_its_check_digit() -> None:
    assert redact("card 4111 1111 1111 1111") == "card [redacted:card-number]"
    for text in ("disk 4111 1111 1111 1111", "card 4111 1111 1111 1112"):
        assert redact(text) == text


def test_the_hash_of_a_password_goes() -> None:
    assert redact("root:$6$saltsalt$hashhashhash:1:0") == "root:[redacted:password-hash]"
