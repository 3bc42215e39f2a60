from __future__ import annotations

from stillwatch.untrusted.redact import redact


def test_an_option_is_a_secret_for_some_programs_only() -> None:
    assert redact("mysql -u root -pgeheim7 shop") == "mysql -u root -p[redacted:password] shop"
    assert redact("mkdir -p secret shop") == "mkdir -p secret shop"


def test_a_list_of_arguments_is_read_like_a_shell_line() -> None:
    assert "geheim77" not in redact('a0="redis-cli" a1="-a" a2="geheim77"')


def test_what_is_piped_into_a_reader_of_secrets_goes() -> None:
    assert redact("echo geheim77 | sudo -S id") == "echo [redacted:password] | sudo -S id"


def test_r17_a_here_document_for_a_program_that_asks_for_a_password_is_redacted_whole() -> None:
    for program in (
        "chpasswd",
        "sudo -S ls /root",
        "passwd bob",
        "cryptsetup open /dev/sda1 x",
        "docker login -u bob x",
    ):
        for mark in ("<<EOF", "<<-'EOF'", '<< "EOF"'):
            for between in ("\n", " ", "#012"):
                line = f"{program} {mark}{between}bob:Hunter22abc{between}more of it{between}EOF"
                said = redact(line)
                assert "Hunter" not in said and "more" not in said and redact(said) == said
    for text in ("cat <<EOF\nhello\nEOF", "passwd: 1 << 3", "sudo ls <<EOF\nhello world\nEOF"):
        assert redact(text) == text
