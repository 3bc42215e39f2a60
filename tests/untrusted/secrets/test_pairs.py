from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_the_name_stays_and_the_value_goes() -> None:
    assert redact("user=bob password=hunter2, port=1") == "user=bob password=[redacted:password], port=1"


def test_a_list_of_codes_goes_as_a_whole() -> None:
    assert "5678" not in redact("recovery codes: 1234-abcd, 5678-efgh")


def test_a_public_key_stays() -> None:
    text = "Public key: aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5oQ7sU9w="
    assert redact(text) == text


def test_r17_a_name_of_several_words_needs_no_sign() -> None:
    for name in ("db_pw", "set db_pw", "mysql-pwd", "api_key", "smtp_auth_password"):
        assert redact(f"x: {name} Hunter22abc") == f"x: {name} [redacted:password]"
    for text in (
        "db_pw missing here",
        "secret_key 4711",
        "auth_token expired",
        "key_id Hunter22abc",
        "usb_auth 3-1.2:1.0",
    ):
        assert redact(text) == text


def test_r17_the_last_name_of_several_in_brackets_counts_too() -> None:
    for form in ("user[password]=", "user%5Bpassword%5D=", "a[user][password]=", "a%5Buser%5D%5Bpassword%5D="):
        assert redact(f"GET /x?{form}Hunter22abc&b=1") == f"GET /x?{form}[redacted:password]&b=1"
    assert redact("user[name]=bob&list[0]=1") == "user[name]=bob&list[0]=1"
