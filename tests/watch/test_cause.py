"""Which cause a hit has: what the operating system itself says is more exact than what a rule is about."""

from __future__ import annotations

import pytest

from stillwatch.records.line import Line
from stillwatch.watch.cause import YIELDING, cause_of_hit, refused_by_system
from stillwatch.watch.rule import Rule


def rule(cause: str) -> Rule:
    return Rule(id="a-rule", match="hue", severity="low", summary="s", cause=cause)


@pytest.mark.parametrize(
    ("cause", "text", "told"),
    [
        ("bad-config", "hue.conf:3: open: /etc/hue.key: permission denied", ("permission", "/etc/hue.key")),
        ("bad-config", "hue.conf:3: no such hue: red", None),
        ("bad-config", "the config file hue.conf must be owned by root", ("permission", "")),
        ("bad-config", "hue.conf:3: /etc/hue.key: No such file or directory", None),
        ("bad-config", "open the hue /etc/hue.key: No such file or directory", ("missing-path", "/etc/hue.key")),
        ("bad-config", "hue.conf:3: /dev/hue: No such device", ("device-missing", "/dev/hue")),
        ("dependency-failed", "connect to unix:/run/hue.sock: Permission denied", ("permission", "/run/hue.sock")),
        ("dependency-failed", "connect to unix:/run/hue.sock: No such file or directory", None),
        ("missing-path", "hue.service: Failed at step CHDIR: Permission denied", ("permission", "")),
        ("data-damaged", "corrupt hue: open /srv/hue: too many open files", ("resource-limit", "/srv/hue")),
        ("crash", "hue: Permission denied", None),
    ],
)
def test_what_the_system_refused_is_told_where_it_is_more_exact(
    cause: str, text: str, told: tuple[str, str] | None
) -> None:
    assert refused_by_system(rule(cause), [Line(0.0, text.encode(), "hue")]) == told


def test_last_words_name_the_cause_of_a_unit_s_failure_in_log_text_alone() -> None:
    ended, words = [Line(0.0, b"hue.service: failed", "systemd", "log")], b"hue: HUE_KEY must be set"
    for source, cause in (("log", "missing-setting"), ("journal", "exit-code")):
        said = [Line(0.0, words, "hue", source)]
        assert cause_of_hit(rule("exit-code"), ended, said, lambda line: False) == cause


def test_a_log_in_that_a_program_tells_of_as_its_own_failure_is_its_own() -> None:
    said = [Line(0.0, b"cannot open the store: password authentication failed for user hue", "hue")]
    assert cause_of_hit(rule("other"), said, (), lambda line: False) == "wrong-credentials"
    assert cause_of_hit(rule("login-failed"), said, (), lambda line: False) == "login-failed"


def test_what_yields_are_causes_of_what_a_line_is_about() -> None:
    assert all(cause not in told for cause, told in YIELDING.items())
