from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.untrusted.redact import clean, redact, safe_text

SECRETS = [
    ("postgres://shop:hunter2secret@db:5432/shop", "hunter2secret"),
    ("DB_PASSWORD=correcthorse started", "correcthorse"),
    ('{"password": "correct horse", "user": "bob"}', "correct horse"),
    ("passwd: s3cr3t!", "s3cr3t!"),
    ("api_key='abcd1234efgh'", "abcd1234efgh"),
    ("client_secret => zzz999yyy", "zzz999yyy"),
    ("Authorization: Bearer abc.def.ghi", "abc.def.ghi"),
    ("authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("got Bearer aGVsbG8gd29ybGQ0NTY3OA== from client", "aGVsbG8gd29ybGQ0NTY3OA"),
    ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdefgh"),
    ("github_pat_11ABCDEFG0abcdefghijklmnop", "11ABCDEFG0"),
    ("xoxb-123456789012-abcdefGHIJ", "abcdefGHIJ"),
    ("https://hooks.slack.com/services/T000/B000/XXXXXXXX", "XXXXXXXX"),
    ("sk-proj-abcdefghij0123456789", "abcdefghij0123456789"),
    ("hf_abcdefghijklmnopqrstuv", "abcdefghijklmnopqrstuv"),
    ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl end", "c2lnbmF0dXJl"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA"),
    ("-----BEGIN PRIVATE KEY----- MIIEcutoff", "MIIEcutoff"),
    ("Cookie: session=abcdef; csrftoken=xyz987", "xyz987"),
    ("root:$6$saltsalt$hashhashhashhash:19000:0", "hashhashhashhash"),
    ("mysqldump -u root -pTopSecret1 shop", "TopSecret1"),
    ("app --password Sup3rGeheim --port 80", "Sup3rGeheim"),
    ("tool -p Geheim123 run", "Geheim123"),
    ("curl -u bob:pa55word https://x", "pa55word"),
    ("the password is swordfish99 now", "swordfish99"),
]

HARMLESS = [
    "Failed password for root from 203.0.113.7 port 52144 ssh2",
    "Starting systemd-ask-password-console.path - Dispatch Password Requests to Console Directory Watch...",
    "shop-web.service: Failed with result 'exit-code'.",
    "mkdir -p /var/lib/shop",
    "GET /index.html?page=2 HTTP/1.1",
    "Accepted publickey for root from 10.0.0.2 port 50222 ssh2",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_never_survives(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "[redacted:" in redact(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("text", [text for text, _ in SECRETS])
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.text(max_size=300))
def test_any_text_is_stable(text: str) -> None:
    once = safe_text(text)
    assert safe_text(once) == once
    assert len(once) <= 2000


@given(st.text(alphabet="abcXYZ0189", min_size=8, max_size=40), st.text(max_size=40))
def test_a_drawn_password_never_survives(secret: str, around: str) -> None:
    secret = "Q" + secret + "7q"
    text = f"{around} password={secret} {around}"
    if secret not in around:
        assert secret not in safe_text(text)


def test_control_characters_do_not_hide_a_secret() -> None:
    assert "hunter2" not in safe_text("pass\x1b[31mword=hun\u202eter2")


def test_clean_strips_terminal_and_direction_characters_and_caps() -> None:
    assert clean("\x1b[31mred\x1b[0m \x1b]0;title\x07ok\x00\u202e\nnext") == "red 0;titleok next"
    assert clean("x" * 50, limit=10) == "x" * 9 + "…"


@pytest.mark.parametrize("end", ["", "\x07", "\x1b\\", "\x9c"])
def test_r16_nothing_of_a_line_is_hidden_as_the_title_of_a_terminal(end: str) -> None:
    assert clean(f"Failed password for \x1b]0;root from 203.0.113.7 port 22{end}").endswith("from 203.0.113.7 port 22")


@pytest.mark.parametrize("quote", ["'", '"', "`", "\u201c", "\u00ab", "%27", "&quot;", "\\\\'"])
@pytest.mark.parametrize("name", ["key=", "--key ", "auth: ", "code=(", "pin=["])
def test_r17_a_quote_that_never_closes_hides_nothing_after_it(name: str, quote: str) -> None:
    """Whoever writes the first part of a line must not choose what of the rest is redacted."""
    line = f"GET {name}{quote}{'x ' * 300} upstream password=Hunter22abc user"
    assert "Hunter22abc" not in redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "docker exec db mysqldump -u root -pHunter22abc shop",
        'agent "curl a b" ran mysql -pHunter22abc',
        "ssh a curl -u bob:Hunter22abc https://x",
        "curl " * 400 + "mysql -pHunter22abc",
    ],
)
def test_r17_a_program_among_the_arguments_of_another_has_its_own(line: str) -> None:
    assert "Hunter22abc" not in redact(line)
