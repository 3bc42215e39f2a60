from __future__ import annotations

import pytest

from stillwatch.grammar.command import judge
from stillwatch.helpers.look import check_resolved, handle
from stillwatch.helpers.request import RequestRefused


def test_r8_an_accepted_diagnostic_runs_as_argv() -> None:
    reply = handle({"look": "command", "line": "df -h /"})
    assert reply["argv"] == ["/usr/bin/df", "-h", "--", "/"]
    assert reply["code"] == 0 and "Mounted on" in reply["text"]


@pytest.mark.parametrize(
    "line", ["rm -rf /", "df; id", "cat /etc/shadow", "sudo df", "dig example.com", "nixos-version", ""]
)
def test_r8_the_far_side_judges_again(line: str) -> None:
    with pytest.raises(RequestRefused):
        handle({"look": "command", "line": line})


def test_an_argv_cannot_be_given() -> None:
    with pytest.raises(RequestRefused):
        handle({"look": "command", "line": "df", "argv": ["/bin/rm"]})


def test_a_symbolic_link_does_not_lead_out(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = judge("cat /var/log/link")
    monkeypatch.setattr("os.path.realpath", lambda path: "/etc/shadow")
    with pytest.raises(RequestRefused, match="/etc/shadow"):
        check_resolved(judged)
    monkeypatch.setattr("os.path.realpath", lambda path: "/var/log/syslog")
    check_resolved(judged)
