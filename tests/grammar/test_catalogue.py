"""The catalogue itself: what it may hold at all, and whether the programs of this host know its options."""

from __future__ import annotations

import re
import subprocess

import pytest

from stillwatch.grammar.catalogue import _option, _piece, programs, refused_programs
from stillwatch.grammar.command import FOLDERS, _locate

FORBIDDEN = re.compile(
    r"--?(exec|execdir|ok|okdir|delete|fprint0?|fprintf|fls|kill|vacuum.*|rotate|flush|sync|setup-keys|cursor-file|batch|"
    r"clear|read-clear|console-.*|follow|config|eval|define|pipe|load|root|image|host|output-file|dump-bin|write|reset|"
    r"gpu-reset|filename|modprobe|set|reference-file|files0-from|file-from|restore|set-.*)"
)
NAMED_SO_AND_HARMLESS = {("debsums", "--config"), ("iotop", "--batch"), ("systemd-cgtop", "--batch")}
ASKED = [
    "ls",
    "stat",
    "cat",
    "tac",
    "nl",
    "head",
    "tail",
    "grep",
    "wc",
    "cut",
    "du",
    "df",
    "diff",
    "cmp",
    "readlink",
    "realpath",
    "namei",
    "lsblk",
    "findmnt",
    "lscpu",
    "free",
    "uptime",
    "vmstat",
    "dmesg",
    "systemctl",
    "journalctl",
    "timedatectl",
    "loginctl",
    "hostnamectl",
    "networkctl",
    "systemd-cgls",
    "systemd-cgtop",
    "lsns",
    "lslocks",
    "id",
    "who",
    "w",
    "nproc",
    "uname",
    "pgrep",
    "blkid",
    "lslogins",
    "getent",
    "chage",
    "lsmem",
    "ss",
]
NEWER = {
    "lsblk": {"--nvme", "--virtio"},
    "free": {"--line"},
    "uptime": {"--raw"},
    "systemctl": {"--after", "--before", "--no-legend"},
    "journalctl": {
        "--exclude-identifier", "--full", "--invocation", "--list-namespaces", "--truncate-newline", "--list-catalog",
    },
    "ss": {"--bound-inactive"},
}  # fmt: skip
"""Of later releases than Debian 12's, or left out of --help though systemctl(1) and journalctl(1) name them."""


def test_the_catalogue_is_readable_and_large() -> None:
    assert len(programs()) >= 200
    assert not {name[0] for name in programs()} & set(refused_programs())


def test_no_option_that_changes_writes_or_runs_something_is_listed() -> None:
    listed = {(name[0], option) for name, program in programs().items() for option in program.options}
    found = {(name, option) for name, option in listed if FORBIDDEN.fullmatch(option)}
    assert found == NAMED_SO_AND_HARMLESS


def test_what_we_add_is_known_and_listed() -> None:
    for program in programs().values():
        for ours in (*program.adds, *program.unless):
            assert ours.partition("=")[0] in program.options, program.name
        for group in program.requires:
            assert group <= set(program.options), program.name


@pytest.mark.parametrize("name", ASKED)
def test_every_long_option_is_one_that_the_program_of_this_host_knows(name: str) -> None:
    """A typo in the table would refuse what is harmless; newer releases may know more than this one."""
    path = _locate(name)
    if path is None:
        pytest.skip(f"{name} is not installed here")
    told = subprocess.run([path, "--help"], capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)
    said = told.stdout + told.stderr
    longs = {option for option in programs()[(name,)].options if option.startswith("--")} - {"--help", "--version"}
    unknown = {option for option in longs if not re.search(rf"{re.escape(option)}(?![a-z-])", said)}
    assert unknown <= NEWER.get(name, set()), sorted(unknown)


@pytest.mark.parametrize("text", ["", "a", "---x=", "x=y"])
def test_a_malformed_option_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        _option(text)


@pytest.mark.parametrize("text", ["<", "a<b>", "<no-such-kind>"])
def test_a_malformed_form_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        _piece(text)


def test_only_the_systems_own_folders() -> None:
    assert all(folder.startswith("/") and "local" not in folder and "tmp" not in folder for folder in FOLDERS)
