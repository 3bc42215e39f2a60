from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import config_test
from stillwatch.helpers.request import RequestRefused

Write = Callable[[str], Path]


def declare(policy: Write, *argv: object) -> None:
    words = ", ".join(f'"{word}"' for word in argv)
    policy(f'[[files]]\nname="a"\npath="/etc/a"\nunit="a.service"\ntest=[{words}]\n')


def test_a_declared_test_passes_or_fails(policy: Write) -> None:
    for program, passed in (("/usr/bin/true", True), ("/usr/bin/false", False)):
        declare(policy, program)
        assert config_test.handle({"do": "test", "name": "a", "folders": []})["passed"] is passed


@pytest.mark.parametrize(
    ("said", "code", "known"),
    [
        ("nginx: [emerg] bind() to 192.0.2.5:80 failed (99: Cannot assign requested address)", 1, False),
        ("nginx: [emerg] host not found in upstream app.internal in /etc/nginx/nginx.conf:9", 1, False),
        ("getaddrinfo: Temporary failure in name resolution", 2, False),
        ("warning: host not found, going on without it", 0, True),
        ("unknown directive listens", 1, True),
    ],
)
def test_r12_what_only_the_hosts_network_could_tell_is_no_failed_test(
    policy: Write, tmp_path: Path, said: str, code: int, known: bool
) -> None:
    """Else a file that is in order would be taken for broken, which is a cause to replace it."""
    script = tmp_path / "check"
    script.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit {code}\n")
    script.chmod(0o755)
    declare(policy, script)
    if known:
        assert config_test.handle({"do": "test", "name": "a", "folders": []}) == {"passed": code == 0, "code": code}
    else:
        with pytest.raises(RequestRefused, match="run here"):
            config_test.handle({"do": "test", "name": "a", "folders": []})


@pytest.mark.parametrize(
    "program",
    [
        "sh",
        "bash",
        "dash",
        "env",
        "python3",
        "perl",
        "awk",
        "xargs",
        "find",
        "timeout",
        "setpriv",
        "systemd-run",
        "tar",
    ],
)
def test_r39_a_program_that_runs_what_it_is_told_is_no_test(policy: Write, program: str) -> None:
    declare(policy, f"/usr/bin/{program}", "-c", "id")
    with pytest.raises(RequestRefused):
        config_test.checked_argv("a")


def test_r39_no_link_to_an_interpreter_and_nothing_relative(policy: Write, tmp_path: Path) -> None:
    (tmp_path / "check").symlink_to("/bin/sh")
    for program in (tmp_path / "check", "true", tmp_path / "absent", tmp_path):
        declare(policy, program)
        with pytest.raises(RequestRefused):
            config_test.checked_argv("a")
    for text in ("test=[]", "test=5", "test=[5]", ""):
        policy(f'[[files]]\nname="a"\npath="/etc/a"\nunit="a.service"\n{text}\n')
        with pytest.raises(RequestRefused):
            config_test.checked_argv("a")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
@pytest.mark.parametrize("how", ["{}", "--config={}", "-c{}", "file:{}"])
def test_r39_no_part_of_a_path_in_a_test_may_be_anybodys_but_roots(policy: Write, tmp_path: Path, how: str) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    config = folder / "app.conf"
    config.write_text("good")
    declare(policy, "/usr/bin/true", how.format(config))
    assert config_test.checked_argv("a")
    for spoil, mend in (
        (lambda: os.chown(folder, 33, 33), lambda: os.chown(folder, 0, 0)),
        (lambda: folder.chmod(0o775), lambda: folder.chmod(0o755)),
        (lambda: os.chown(config, 33, 33), lambda: os.chown(config, 0, 0)),
        (lambda: config.chmod(0o666), lambda: config.chmod(0o644)),
    ):
        spoil()
        with pytest.raises(RequestRefused, match="than root"):
            config_test.checked_argv("a")
        mend()
    (tmp_path / "link").symlink_to(folder)
    os.chown(folder, 33, 33)
    declare(policy, "/usr/bin/true", how.format(tmp_path / "link/absent.conf"))
    with pytest.raises(RequestRefused, match="than root"):
        config_test.checked_argv("a")
    program = folder / "check"
    program.write_bytes(Path("/usr/bin/true").read_bytes())
    program.chmod(0o755)
    declare(policy, program)
    with pytest.raises(RequestRefused, match="than root"):
        config_test.checked_argv("a")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
@pytest.mark.parametrize("hops", [1, 2, 3])
@pytest.mark.parametrize("folders", [False, True])
def test_r39_no_link_on_the_way_to_a_test_may_be_anybodys_but_roots(
    policy: Write, tmp_path: Path, hops: int, folders: bool
) -> None:
    """Whoever owns the folder of any link on the way decides where it leads, a moment later."""
    ends = [tmp_path / f"stop{number}" for number in range(hops + 1)]
    for place in ends:
        place.mkdir()
    (ends[0] / "bin").mkdir()
    (ends[0] / "bin/check").write_bytes(Path("/usr/bin/true").read_bytes())
    (ends[0] / "bin/check").chmod(0o755)
    name = "bin" if folders else "check"
    (ends[1] / name).symlink_to(ends[0] / ("bin" if folders else "bin/check"))
    for here, there in zip(ends[2:], ends[1:], strict=False):
        (here / name).symlink_to(f"../{there.name}/{name}")
    program = ends[-1] / ("bin/check" if folders else "check")
    declare(policy, program)
    assert config_test.checked_argv("a")
    for place in ends:
        os.chown(place, 33, 33)
        with pytest.raises(RequestRefused, match="than root"):
            config_test.checked_argv("a")
        os.chown(place, 0, 0)
    assert config_test.checked_argv("a")


@pytest.mark.parametrize("word", ["{}/absent.conf", "{}/absent/app.conf", "--prefix={}", "{}/../spool/absent.conf"])
def test_r39_nothing_is_named_that_anybody_could_still_put_there(policy: Write, tmp_path: Path, word: str) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    spool.chmod(0o1777)
    (spool / "there.conf").write_text("root's, so the sticky bit keeps it")
    declare(policy, "/usr/bin/true", f"{spool}/there.conf")
    assert config_test.checked_argv("a")
    declare(policy, "/usr/bin/true", word.format(spool))
    with pytest.raises(RequestRefused, match="than root"):
        config_test.checked_argv("a")
    declare(policy, "/usr/bin/true", "/tmp/absent.conf")
    assert config_test.checked_argv("a"), "a test has a /tmp of its own"


def test_r39_links_that_lead_round_in_a_circle_are_no_test(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(RequestRefused, match="links"):
        config_test.check_roots_alone(str(tmp_path / "a/x"))


def test_where_nobody_runs_tests_none_is_run(policy: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(config_test, "SOCKET", tmp_path / "none")
    monkeypatch.setattr(config_test, "checked_argv", lambda name: [])
    with pytest.raises(RequestRefused, match="no test"):
        config_test.ask("a")


def test_r39_the_folders_of_a_test_lie_where_nothing_lasts(policy: Write, tmp_path: Path) -> None:
    (tmp_path / "nginx/deep/deeper/deepest").mkdir(parents=True)
    (tmp_path / "user/1000").mkdir(parents=True)
    found = [path.removeprefix(f"{tmp_path}/") for path in config_test.folders((str(tmp_path),))]
    assert found == ["nginx", "nginx/deep", "nginx/deep/deeper"]
    for folder in ("/etc/x", "/run/../etc/x", "/var/logs", "run/x", 7):
        with pytest.raises(RequestRefused, match="below /run"):
            config_test.handle({"do": "test", "name": "a", "folders": [folder]})


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
def test_r39_a_script_of_roots_own_may_test_if_its_interpreter_is_roots_too(policy: Write, tmp_path: Path) -> None:
    script, interpreter = tmp_path / "checks", tmp_path / "interpreter"
    interpreter.write_bytes(Path("/usr/bin/true").read_bytes())
    interpreter.chmod(0o755)
    script.write_text(f"#!{interpreter} -I\n")
    script.chmod(0o755)
    declare(policy, script)
    assert config_test.checked_argv("a")
    for loose in (interpreter, script):
        os.chown(loose, 65534, 65534)
        with pytest.raises(RequestRefused, match="than root"):
            config_test.checked_argv("a")
        os.chown(loose, 0, 0)
