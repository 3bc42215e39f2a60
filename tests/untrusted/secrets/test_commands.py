from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_an_option_is_a_secret_for_some_programs_only() -> None:
    assert redact("mysql -u root -pgeheim7 shop") == "mysql -u root -p[redacted:password] shop"
    assert redact("mkdir -p secret shop") == "mkdir -p secret shop"


def test_a_list_of_arguments_is_read_like_a_shell_line() -> None:
    assert "geheim77" not in redact('a0="redis-cli" a1="-a" a2="geheim77"')


def test_what_is_piped_into_a_reader_of_secrets_goes() -> None:
    assert redact("echo geheim77 | sudo -S id") == "echo [redacted:password] | sudo -S id"
