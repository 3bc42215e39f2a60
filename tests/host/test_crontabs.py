from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.host.crontabs import jobs, missing_programs

DEBIAN = """SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin
# a remark
17 *	* * *	root	cd / && run-parts --report /etc/cron.hourly
25 6	* * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
09,39 *	* * *	root	[ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean
@reboot web /opt/web/warm
"""


def host(tmp_path: Path, row: str, *programs: str) -> Path:
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    (tmp_path / "etc/cron.d/feeds").write_text(f"{row}\n")
    for program in programs:
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).touch()
    return tmp_path


def test_rows_that_run_something() -> None:
    assert [row["user"] for row in jobs(DEBIAN)] == ["root", "root", "root", "web"]
    assert jobs(DEBIAN)[3]["when"] == "@reboot"


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        ("* * * * * root /opt/feeds/import --all >>/var/log/x.log 2>&1", "/opt/feeds/import"),
        ("* * * * * root LANG=C X=1 /opt/feeds/import", "/opt/feeds/import"),
        ("* * * * * root /opt/feeds/import;/usr/bin/other", "/opt/feeds/import"),
        ("* * * * * root /usr/bin/there --with /opt/feeds/import", ""),
        ("* * * * * root [ -x /opt/feeds/import ] && /opt/feeds/import", ""),
        ("* * * * * root import --all", ""),
        ("#* * * * * root /opt/feeds/import", ""),
    ],
)
def test_a_job_whose_program_does_not_exist(tmp_path: Path, row: str, gone: str) -> None:
    found = missing_programs("h", 1.0, host(tmp_path, row, "usr/bin/there"))
    assert [event.fields["path"] for event in found] == ([gone] if gone else [])
    assert all(event.subject == "/etc/cron.d/feeds" for event in found)


def test_what_debian_brings_is_told_by_nobody(tmp_path: Path) -> None:
    assert missing_programs("h", 1.0, host(tmp_path, DEBIAN.replace("@reboot web", "#"))) == []


def test_r41_of_what_may_not_be_looked_at_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = host(tmp_path, "* * * * * root /opt/feeds/import")

    def closed(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", closed)
    assert missing_programs("h", 1.0, root) == []
    (root / "etc/cron.d/feeds").unlink()
    (root / "etc/cron.d/feeds").mkdir()
    assert missing_programs("h", 1.0, root) == []
