from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_the_host_stays() -> None:
    assert redact("postgres://shop:p@ss/w0rd@db:5432/x") == "postgres://shop:[redacted:url-password]@db:5432/x"


def test_a_port_and_a_path_with_an_at_stay() -> None:
    text = "GET http://10.0.0.1:8080/@fs/a@b.html"
    assert redact(text) == text
