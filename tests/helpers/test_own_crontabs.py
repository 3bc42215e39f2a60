from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.helpers.own_crontabs import BEFORE, own_crontabs

SPOOL = "var/spool/cron/crontabs"
TAB = """# m h dom mon dow command
MAILTO=ops@example.org
*/5 * * * *  /usr/local/bin/sync --password hunter2
@daily cd /srv/shop && ./report TOKEN=hunter2
30 4 * * 1-5 TZ=UTC /opt/x
nonsense
"""


def test_when_and_which_program_but_never_its_arguments_r39(tmp_path: Path) -> None:
    folder = tmp_path / SPOOL
    folder.mkdir(parents=True)
    (folder / "root").write_text(TAB)
    found = own_crontabs(tmp_path)
    assert found is not None and found["unread"] == 0 and "hunter2" not in str(found)
    assert [(row["user"], row["when"], row["command"]) for row in found["jobs"]] == [
        ("root", "*/5 * * * *", "/usr/local/bin/sync"),
        ("root", "@daily", "./report"),
        ("root", "30 4 * * 1-5", "/opt/x"),
    ]


def test_a_crontab_that_is_not_its_persons_own_is_counted_r39(tmp_path: Path) -> None:
    folder = tmp_path / SPOOL
    folder.mkdir(parents=True)
    (folder / "daemon").write_text("@daily /bin/a\n")
    os.chown(folder / "daemon", 12_345, 0)
    (folder / "linked").symlink_to("/etc/shadow")
    found = own_crontabs(tmp_path)
    assert found == {"jobs": [], "unread": 2}


def test_the_folders_of_other_distributions_and_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_crontabs(tmp_path) == {"jobs": [], "unread": 0}
    (tmp_path / "var/spool/cron/tabs").mkdir(parents=True)
    (tmp_path / "var/spool/cron/root").write_text("@reboot /bin/a\n")
    (tmp_path / "var/spool/cron/tabs/root").write_text("@hourly /bin/b\n")
    found = own_crontabs(tmp_path)
    assert found is not None and {row["command"] for row in found["jobs"]} == {"/bin/a", "/bin/b"}
    monkeypatch.setattr("stillwatch.helpers.own_crontabs.names_in", lambda _: None)
    assert own_crontabs(tmp_path) is None


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ('PASS="one hunter2 three" /usr/bin/dump -v', "/usr/bin/dump"),
        ("PASS='one hunter2' KEY=hunter2 /usr/bin/dump", "/usr/bin/dump"),
        ("PASS=one\\ hunter2 /usr/bin/dump", "/usr/bin/dump"),
        ("/usr/bin/dump%hunter2", "/usr/bin/dump"),
        ("/usr/bin/dump>/srv/hunter2", "/usr/bin/dump"),
        ("/usr/bin/dump;hunter2", "/usr/bin/dump"),
        ("PASS=hunter2;/usr/bin/dump", ""),
        ("PASS=hunter2", ""),
        ("export PASS=hunter2; /usr/bin/dump", "export"),
        ("PASS=$(cat hunter2 /x) /usr/bin/dump", ""),
        ("PASS=`cat hunter2` /usr/bin/dump", ""),
        ('PASS="one hunter2', ""),
        ('"/srv/my hunter2/x" -v', ""),
        ("(cd /srv; PASS=hunter2 ./x)", ""),
        ("cd '/srv/hunter2 x' && ./report", "./report"),
        ("$HOME/bin/x hunter2", "$HOME/bin/x"),
        ("~/bin/x hunter2", "~/bin/x"),
        ("[ -x /usr/bin/hunter2 ] && /usr/bin/hunter2", "["),
    ],
)
def test_r17_of_a_command_its_program_alone_however_it_is_spelt(tmp_path: Path, command: str, program: str) -> None:
    """What cannot be told apart from a secret is left out, and its row stays."""
    (tmp_path / SPOOL).mkdir(parents=True)
    (tmp_path / SPOOL / "root").write_text(f"@daily {command}\n")
    found = own_crontabs(tmp_path)
    assert found is not None and [row["command"] for row in found["jobs"]] == [program]


@pytest.mark.timeout(20)
def test_r41_no_row_costs_more_than_its_length() -> None:
    """Anybody writes a crontab. What is worse than linear does not come to its end."""
    for text in ("cd" + " " * 200_000, "a= " * 60_000, "cd a;" * 40_000, "a='" * 60_000):
        BEFORE.match(f"{text}|")
