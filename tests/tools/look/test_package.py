from __future__ import annotations

from pathlib import Path

from .played_host import look, reader


async def test_which_package_holds_a_file_and_what_lies_below_a_folder(tmp_path: Path) -> None:
    info = tmp_path / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    (info / "vim:amd64.list").write_text("/.\n/usr\n/usr/bin\n/usr/bin/vim\n")
    (info / "web.list").write_text("/.\n/bin/web\n/etc/web\n/etc/web/a.conf\n")
    for path, holders, inside in (
        ("/usr/bin/vim", ["vim"], []),
        ("/usr/bin/web", ["web"], []),
        ("/etc/web/", ["web"], []),
        ("/etc", [], ["web"]),
        ("/srv/own", [], []),
    ):
        seen = await look("package", reader(root=tmp_path), path=path)
        assert (seen.data["holders"], seen.data["inside"], seen.data["known"]) == (holders, inside, True), path


async def test_without_lists_it_is_not_known_and_one_thing_is_asked(tmp_path: Path) -> None:
    assert (await look("package", reader(root=tmp_path), path="/usr/bin/vim")).data["known"] is False
    assert (await look("package", reader(root=tmp_path))).problem
