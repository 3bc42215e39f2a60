from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from stillwatch.install.layout import ENABLED, UNITS, layout
from tests.support.exposure import EXPOSURE

FILES = layout("/opt/stillwatch/bin/python")


def section(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(FILES[UNITS / name])
    return parser[parser.sections()[1]]


def test_every_enabled_unit_is_there_and_no_placeholder_is_left() -> None:
    assert {UNITS / name for name in ENABLED} <= set(FILES)
    assert not [path for path, text in FILES.items() if "@python@" in text or "@engines@" in text]


@pytest.mark.parametrize("program", ["python3", "/opt/a b", "/opt/%h", "/opt/a\nUser=root", "/opt/a;b", ""])
def test_a_path_that_could_say_something_else_is_refused(program: str) -> None:
    with pytest.raises(ValueError, match="absolute path"):
        layout(program)
    with pytest.raises(ValueError, match="absolute path"):
        layout("/opt/stillwatch/bin/python", [program, "xllamacpp"])


def test_the_model_program_is_given_every_engine_in_order() -> None:
    command = layout("/opt/x/python", ["/usr/bin/llama-server", "xllamacpp"])[UNITS / "stillwatch-llama@.service"]
    assert "\nExecStart=/opt/x/python -I -m stillwatch.helpers.llama /usr/bin/llama-server xllamacpp\n" in command


def test_only_the_root_programs_run_as_root() -> None:
    services = [path.name for path in FILES if path.name.endswith(".service")]
    as_root = [name for name in services if not section(name).get("User") and not section(name).get("DynamicUser")]
    assert sorted(as_root) == ["stillwatch-act@.service", "stillwatch-keep.service", "stillwatch-test@.service"]


def test_no_unit_calls_a_shell_and_each_python_is_isolated() -> None:
    """R1, R4."""
    for path in FILES:
        if path.name.endswith(".service"):
            command = section(path.name)["ExecStart"]
            assert command.startswith("/opt/stillwatch/bin/python -I -m stillwatch"), path


def test_the_sockets_are_open_to_whom_they_should_be() -> None:
    owners = {
        name: (section(name)["SocketUser"], section(name)["SocketGroup"], section(name)["SocketMode"])
        for name in ENABLED
        if name.endswith(".socket")
    }
    assert owners == {
        "stillwatch-gate-propose.socket": ("stillwatch", "root", "0600"),
        "stillwatch-gate-admin.socket": ("root", "stillwatch-admin", "0660"),
        "stillwatch-look.socket": ("root", "stillwatch-ask", "0660"),
        "stillwatch-peek.socket": ("root", "stillwatch-ask", "0660"),
        "stillwatch-act.socket": ("stillwatch-gate", "root", "0600"),
        "stillwatch-llama.socket": ("stillwatch", "root", "0600"),
        "stillwatch-test.socket": ("root", "root", "0600"),
    }


def test_r39_a_declared_test_reaches_and_changes_nothing_of_the_host() -> None:
    unit = section("stillwatch-test@.service")
    has = ("CapabilityBoundingSet", "PrivateNetwork", "RestrictAddressFamilies", "ProtectSystem", "NoNewPrivileges")
    assert [unit[key] for key in has] == ["CAP_NET_BIND_SERVICE", "yes", "AF_INET AF_INET6", "strict", "yes"]
    assert unit["TemporaryFileSystem"] == "/run:mode=0755 /var/log:mode=0755"


def test_the_gate_has_no_network() -> None:
    gate = section("stillwatch-gate.service")
    assert (gate["PrivateNetwork"], gate["IPAddressDeny"], gate["RestrictAddressFamilies"]) == ("yes", "any", "AF_UNIX")


@pytest.mark.parametrize(("unit", "most"), EXPOSURE.items())
def test_exposure_by_systemd_analyze(unit: str, most: float, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    (folder / unit).write_text(FILES[UNITS / unit])
    command = [
        analyze,
        "security",
        "--offline=yes",
        f"--threshold={round(most * 10)}",
        "--no-pager",
        str(folder / unit),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr
