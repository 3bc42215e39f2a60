from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.helpers.sudoers import MOST, sudoers

HEAD = """# who may what
Defaults env_reset, passwd_timeout=1
User_Alias OPS = ann, bob : DEV = carl
Cmnd_Alias WEB = /usr/bin/systemctl restart nginx, /usr/bin/journalctl
root ALL=(ALL:ALL) ALL
%sudo ALL=(ALL:ALL) ALL
"""


def written(root: Path, text: str, **more: str) -> Path:
    (root / "etc/sudoers.d").mkdir(parents=True)
    (root / "etc/sudoers").write_text(text)
    for name, body in more.items():
        (root / "etc/sudoers.d" / name).write_text(body)
    return root


def rules(root: Path) -> list[tuple[str, str, str, bool, list[str]]]:
    found = sudoers(root)
    assert found is not None and found["unread"] == 0
    return [(one["who"], one["host"], one["run_as"], one["password"], one["programs"]) for one in found["grants"]]


def test_rules_aliases_and_included_files(tmp_path: Path) -> None:
    text = HEAD + "OPS, dora ALL = WEB\nDEV web1 = (www-data) ALL\n@includedir /etc/sudoers.d\n"
    written(tmp_path, text, erik="erik ALL=NOPASSWD: ALL # for the night\n", **{"x.bak": "mallory ALL=ALL\n"})
    web = ["/usr/bin/systemctl", "/usr/bin/journalctl"]
    assert rules(tmp_path) == [
        ("root", "ALL", "ALL:ALL", True, ["ALL"]),
        ("%sudo", "ALL", "ALL:ALL", True, ["ALL"]),
        *[(name, "ALL", "root", True, web) for name in ("ann", "bob", "dora")],
        ("carl", "web1", "www-data", True, ["ALL"]),
        ("erik", "ALL", "root", False, ["ALL"]),
    ]


def test_a_tag_holds_for_what_follows_and_a_word_for_its_own_host(tmp_path: Path) -> None:
    written(tmp_path, "ann ALL = NOPASSWD: /bin/a, !/bin/sh, PASSWD: /bin/b \\\n , /bin/c : web1 = (x) /bin/d\n")
    assert [row[1:] for row in rules(tmp_path)] == [
        ("ALL", "root", False, ["/bin/a", "!/bin/sh"]),
        ("ALL", "root", True, ["/bin/b", "/bin/c"]),
        ("web1", "x", True, ["/bin/d"]),
    ]


def test_arguments_which_may_hold_secrets_are_never_told_r39(tmp_path: Path) -> None:
    written(tmp_path, "ann ALL=(root) CWD=/srv sha256:abcd /opt/sync --password=hunter2, /opt/x\\:y hunter2\n")
    assert "hunter2" not in str(sudoers(tmp_path)) and rules(tmp_path)[0][4] == ["/opt/sync", "/opt/x:y"]


def test_what_is_not_understood_is_counted(tmp_path: Path) -> None:
    written(tmp_path, "who is this\n@include /etc/nowhere\n@include /etc/sudoers.%h\nann ALL=ALL\n")
    found = sudoers(tmp_path)
    assert found is not None and found["unread"] == 3 and [one["who"] for one in found["grants"]] == ["ann"]


def test_a_file_that_others_can_change_is_not_believed_r39(tmp_path: Path) -> None:
    written(
        tmp_path, "@includedir /etc/sudoers.d\n", mine="ann ALL=ALL\n", foreign="eve ALL=ALL\n", open="eve ALL=ALL\n"
    )
    (tmp_path / "etc/sudoers.d/open").chmod(0o666)
    os.chown(tmp_path / "etc/sudoers.d/foreign", 65_534, 65_534)
    os.mkfifo(tmp_path / "etc/sudoers.d/pipe")
    found = sudoers(tmp_path)
    assert found is not None and found["unread"] == 3 and [one["who"] for one in found["grants"]] == ["ann"]


def test_none_where_it_may_not_be_read_and_nothing_where_it_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sudoers(tmp_path) == {"grants": [], "unread": 0}
    written(tmp_path, HEAD)
    monkeypatch.setattr("stillwatch.helpers.sudoers.lines_of", lambda *_, **__: None)
    assert sudoers(tmp_path) is None


def test_aliases_of_aliases_and_of_themselves_cost_little(tmp_path: Path) -> None:
    chain = "\n".join(f"User_Alias A{n} = {', '.join([f'A{n + 1}'] * 50)}" for n in range(40))
    written(tmp_path, f"{chain}\nUser_Alias A40 = ann\nUser_Alias SELF = SELF, bob\nA0 ALL=ALL\nSELF ALL=ALL\n")
    found = sudoers(tmp_path)
    assert found is not None and len(found["grants"]) == MOST and found["unread"] == 1
