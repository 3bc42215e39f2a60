from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_the_scheme_stays() -> None:
    assert redact("Authorization: Bearer abc.def") == "Authorization: Bearer [redacted:authorization]"


def test_basic_is_a_credential_only_where_it_names_a_user() -> None:
    assert redact("got basic dXNlcjpwYXNzd29yZA==") == "got basic [redacted:authorization]"
    assert redact("needs basic authentication first") == "needs basic authentication first"


def test_the_names_of_cookies_stay() -> None:
    assert redact("Cookie: sid=a1; lang=en") == "Cookie: sid=[redacted:cookie]; lang=[redacted:cookie]"
