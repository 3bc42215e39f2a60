from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from stillwatch.grammar import values
from stillwatch.grammar.catalogue import programs

SECRETS = [
    "/etc/shadow",
    "/etc/gshadow-",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/ssl/private/a.pem",
    "/etc/a/id_rsa",
    "/etc/a/.env",
    "/etc/letsencrypt/live/a/privkey.pem",
    "/etc/wireguard/wg0.conf",
    "/etc/stillwatch/llama.key",
    "/var/log/app/token.txt",
    "/etc/sudoers",
    "/etc/app/secrets/db",
    "/etc/krb5.keytab",
    "/etc/nginx/site.key",
    "/root/x",
    "/home/a/x",
    "/proc/1/environ",
    "/proc/self/mem",
    "/proc/kcore",
    "/proc/1/root/etc/passwd",
    "/dev/sda",
    "/sys/kernel/debug/x",
    "/var/lib/x",
    "/tmp/x",
]
UNCLEAN = ["/etc/../etc/hosts", "/etc//hosts", "/etc/./hosts", "etc/hosts", "/etc/h*", "/etc/{a}", "", "/etc/hosts\n",
           "/\0", "/etc/\x7f", "/etc/\ud800"]  # fmt: skip


@pytest.mark.parametrize("kind", ["readable", "searchable"])
@pytest.mark.parametrize("path", SECRETS)
def test_no_secret_is_readable(kind: str, path: str) -> None:
    assert not values.path_rule(kind).accepts(path)


@pytest.mark.parametrize("path", UNCLEAN)
def test_only_clean_paths(path: str) -> None:
    assert not any(rule.accepts(path) for rule in map(values.path_rule, values.path_kinds()["rule"]))


def test_what_may_be_searched_may_be_read() -> None:
    for path in ("/var/log/syslog", "/etc/nginx/nginx.conf", "/etc/systemd/system", "/usr/share/doc"):
        assert values.path_rule("searchable").accepts(path) and values.path_rule("readable").accepts(path)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int(1..10)", ["1", "10", "+5"], ["0", "11", "1.5", "", "１", "1e1", " 1", "9" * 20]),
        ("{a,b}", ["a", "b"], ["c", "", "a,b", "A"]),
        ("unit", ["nginx", "a@b.service", "-.mount", "dev-sda.device"], ["-x", "a b", "a/b", "*", "é", "a\n"]),
        ("host", ["example.com", "1.1.1.1", "::1", "a-b.c"], ["-x", "a b", "a;b", "/x", "a_$b", "x" * 260]),
        ("pings", ["1", "10"], ["0", "11", "-1", "1 "]),
        ("count", ["1", "30"], ["0", "31", "999"]),
        ("psflags", ["aux", "auxww", "fax"], ["auxe", "e", "o", ""]),
        ("boot", ["0", "-1", "all"], ["--", "x", "-"]),
        ("unit|pid", ["nginx", "1234"], ["a b"]),
    ],
)
def test_kinds(kind: str, good: list[str], bad: list[str]) -> None:
    values.check_kind(kind)
    assert all(values.which(kind, each) for each in good)
    assert not any(values.which(kind, each) for each in bad)


def test_too_long_is_nothing() -> None:
    assert values.which("pattern", "x" * 600) is None


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        values.check_kind("no-such-kind")


def test_every_named_pattern_is_used() -> None:
    folder = Path(values.__file__).parent
    text = "".join(file.read_text() for file in (folder / "catalogue").glob("*.toml"))
    names = tomllib.loads((folder / "types.toml").read_text())
    assert not [name for name in names if not re.search(rf"[=<|]{name}\b", text)]


def test_no_operand_looks_like_an_option_and_no_value_holds_a_control_character() -> None:
    """Free text may: it stands after `--`, or where a word with a dash was read as an option before."""
    used = {piece.kind for program in programs().values() for form in program.forms for piece in form}
    operands = {one for kind in used if kind for one in values.alternatives(kind)} & set(values.patterns())
    assert {kind for kind in operands if values.patterns()[kind].fullmatch("--exec")} <= {"text", "pattern", "time"}
    for name, pattern in values.patterns().items():
        assert not any(pattern.fullmatch(f"a{sign}b") for sign in "\n\x00\t\x1b"), name
