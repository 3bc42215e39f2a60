"""R8 over a corpus of real lines and over generated ones."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.grammar.catalogue import programs
from stillwatch.grammar.command import FOLDERS, judge, judge_words

HERE = Path(__file__).parent


def corpus(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text("utf-8").splitlines() if not line.startswith("# ")]


ALLOWED, REFUSED = corpus("commands_allow.txt"), corpus("commands_refuse.txt")
DISGUISES = [
    "{};id",
    "{} | sh",
    "{} && id",
    "{} &",
    "{} > /tmp/x",
    "{} `id`",
    "{} $(id)",
    "$(id) {}",
    "A=b {}",
    "{}\nid",
    "{}\r",
    "sudo {}",
    "/usr/bin/env {}",
    "sh -c '{}'",
    "{}\u200b",
    "\\{}",
    "timeout 9 {}",
    "{} # x",
    "{} --unlisted-option",
    "{} /etc/shadow\x00",
]


def test_the_corpus_is_large() -> None:
    assert len(set(ALLOWED)) >= 300
    assert len(set(REFUSED)) >= 600
    assert not set(ALLOWED) & set(REFUSED)


def test_r8_a_harmless_diagnostic_is_allowed() -> None:
    judged = {line: judge(line) for line in ALLOWED}
    assert {line: one.reason for line, one in judged.items() if one.verdict != "allow"} == {}
    assert {one.argv[0].rpartition("/")[0] for one in judged.values()} <= set(FOLDERS)


def test_r8_a_dangerous_line_is_refused_with_a_reason() -> None:
    judged = {line: judge(line) for line in REFUSED}
    assert [line for line, one in judged.items() if one.verdict != "refuse" or one.argv != ()] == []
    assert all(one.reason and one.rule.startswith("command:") for one in judged.values())


@pytest.mark.parametrize("disguise", DISGUISES)
def test_r8_no_disguise_of_a_harmless_line_passes(disguise: str) -> None:
    passed = [line for line in ALLOWED if judge(disguise.format(line)).verdict == "allow"]
    assert passed == []


def test_r4_an_argv_judged_again_stays_as_it_is() -> None:
    runs_another = ("command:zcat", "command:egrep", "command:fgrep")  # than the one that was typed
    kept = [one for line in ALLOWED if (one := judge(line)).rule not in runs_another]
    assert len(kept) > 0.9 * len(ALLOWED)
    assert [one.argv for one in kept if judge_words(one.argv).argv != one.argv] == []


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("df -h /var", ("-h", "--", "/var")),
        ("df /var -h", ("-h", "--", "/var")),
        ("systemctl status nginx", ("--no-pager", "--no-ask-password", "--", "status", "nginx")),
        ("journalctl -u ssh", ("--no-pager", "--lines=1000", "-u", "ssh")),
        ("journalctl -b -1 -n 5", ("--no-pager", "-b-1", "-n5")),
        ("journalctl --since -1h -n 5", ("--no-pager", "--since=-1h", "-n5")),
        ("ps -eo pid,cmd", ("-eo", "pid,cmd")),
        ("ip -br a", ("-br", "a")),
        ("find /tmp -name 'x*'", ("/tmp", "-name", "x*")),
        ("lsof -i :80", ("-i:80",)),
    ],
)
def test_r4_argv(line: str, argv: tuple[str, ...]) -> None:
    assert judge(line).argv[1:] == argv


def test_zcat_runs_gzip_because_zcat_is_a_shell_script() -> None:
    assert judge("zcat /var/log/syslog.2.gz").argv[1:] == ("-dc", "--", "/var/log/syslog.2.gz")


def test_what_is_absent_here_stands_beside_the_verdict() -> None:
    judged = judge("systemctl status there-is-no-such-unit.service")
    assert judged.verdict == "allow"
    assert "unit:there-is-no-such-unit.service" in judged.missing
    assert judge("nixos-version").missing == ("program:nixos-version",)


def test_paths_are_handed_on_for_a_second_look() -> None:
    assert judge("cat /etc/hosts").paths == (("readable", "/etc/hosts"),)
    assert ("certificate", "/etc/ssl/certs/a.pem") in judge("openssl x509 -noout -in /etc/ssl/certs/a.pem").paths


def test_a_narrowed_operand_is_handed_on_as_narrowed() -> None:
    assert judge("grep -r foo /etc/nginx").paths == (("searchable", "/etc/nginx"),)


def test_judge_words_needs_words() -> None:
    assert judge_words([]).verdict == "refuse"
    assert judge_words(["df", "\n"]).verdict == "refuse"


NAMES = sorted({name[0] for name in programs()})
WORDS = sorted({word for line in (*ALLOWED, *REFUSED) for word in line.split()})


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=6))
def test_r8_an_argv_holds_no_option_that_is_not_listed(name: str, rest: list[str]) -> None:
    judged = judge_words([name, *rest])
    if judged.verdict == "refuse":
        return
    program = next(found for key, found in programs().items() if " ".join(key) == judged.rule.removeprefix("command:"))
    listed = set(program.options) | set(program.adds) | set(program.unless)
    words = judged.argv[len(program.runs) :]
    before = words[: words.index("--")] if "--" in words else words
    longs = [word.partition("=")[0] for word in before if word.startswith("--")]
    assert {long for long in longs if long not in {key.partition("=")[0] for key in listed}} <= set(rest)
    assert all(long in {key.partition("=")[0] for key in listed} or program.style == "exact" for long in longs)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))
def test_r8_any_text_gets_a_verdict_and_an_accepted_one_is_stable(line: str) -> None:
    judged = judge(line)
    if judged.verdict == "allow" and not judged.rule.endswith(("zcat", "egrep", "fgrep")):
        assert judge(shlex.join(judged.argv)).argv in (judged.argv, ())
        assert judge_words(judged.argv).argv == judged.argv


@pytest.mark.parametrize("line", ["getent hosts a.example", "getent ahosts a.example", "resolvectl query a.example"])
def test_r8_what_looks_a_name_up_needs_the_network_whoever_asks_for_it(line: str) -> None:
    assert (judge(line).verdict, judge(line).network) == ("allow", True)
