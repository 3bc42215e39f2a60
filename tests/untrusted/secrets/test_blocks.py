from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_an_open_block_goes_as_far_as_it_looks_like_a_key() -> None:
    text = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\nnext line"
    assert redact(text).endswith("next line")
    assert "IBADAN" not in redact(text)


def test_a_mention_and_a_certificate_stay() -> None:
    for text in ("expected -----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----\nMIIEvQ"):
        assert redact(text) == text
