from __future__ import annotations

import pytest

from stillwatch.untrusted.redact import redact

SECRETS = (
    "mysql\0-u\0root\0-pHunter22abc\0shop",
    "curl -u bob:Hunter22abc https://x.example",
    "/usr/bin/app\0--password\0Hunter22abc",
    "export DB_PASSWORD=Hunter22abc",
)


@pytest.mark.parametrize("field", ["proctitle", "cmd", "a2", "data"])
@pytest.mark.parametrize("command", SECRETS)
@pytest.mark.parametrize("upper", [True, False])
def test_r17_a_command_line_in_hexadecimal_keeps_no_secret(field: str, command: str, upper: bool) -> None:
    said = command.encode().hex()
    said = said.upper() if upper else said
    line = redact(f"type=X msg=audit(1776146415.7:603): {field}={said} res=success")
    assert said not in line and line.endswith(" res=success") and redact(line) == line


@pytest.mark.parametrize("name", ["p%61ssword", "pass%77ord", "%70%61%73%73", "db%5Fpw", "%2561pi_key", "a%3Fp%61ss"])
@pytest.mark.parametrize("sign", ["=", "%3D", "%253d"])
def test_r17_a_name_whose_letters_are_written_as_numbers_is_the_same_name(name: str, sign: str) -> None:
    assert redact(f"GET /x?a=1&{name}{sign}Hunter22abc&b=2") == f"GET /x?a=1&{name}{sign}[redacted:password]&b=2"


@pytest.mark.parametrize("text", ["GET /x?n%61me=bob22abcd&b=2", "GET /100%25=done", "a%20b=c1d2e3f4", "70%61=x"])
def test_another_name_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("command", ["ls -l /tmp", "mysqldump shop", "x" * 3_000, "\0" * 40, "é€"])
def test_one_without_a_secret_stays(command: str) -> None:
    line = f"type=PROCTITLE msg=audit(1776146415.7:603): proctitle={command.encode().hex()}"
    assert redact(line) == line


@pytest.mark.timeout(20)
def test_r41_hexadecimal_within_hexadecimal_makes_no_more_than_linear_work() -> None:
    said = "x"
    while len(said) < 8_000:
        said = f"cmd={said.encode().hex()}"
    assert redact(said) and redact(f"{said} " * 40)
