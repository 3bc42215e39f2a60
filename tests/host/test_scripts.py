from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.host.scripts import calls_missing


def host(root: Path, script: str) -> Path:
    for name in ("usr/bin/tar", "bin/date"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    (root / "job").write_text(script)
    return root


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        ("#!/bin/sh\ntar c /etc | zstd-fast > /x\n", [("zstd-fast", 2)]),
        ("#!/bin/bash\nset -e\nif date; then\n  A=1 frob --all || exit 3\nfi\n", [("frob", 4)]),
        ("#!/bin/sh\nhelp() { date; }\nhelp; echo 'frob it'; x=$(date)\n# frob\nfor i in a b; do tar $i; done\n", []),
        ("#!/bin/sh\n/opt/frob/run\n", [("/opt/frob/run", 2)]),
        ("#!/bin/sh\nPATH=/opt/bin:$PATH\nfrob\n", []),
        ("#!/bin/sh\ncat <<END\nfrob\nEND\n", []),
        ("#!/usr/bin/python3\nfrob\n", []),
    ],
)
def test_commands_that_are_not_there(tmp_path: Path, script: str, missing: list[tuple[str, int]]) -> None:
    found = calls_missing(["/job", "--all"], host(tmp_path, script))
    assert [(row["command"], row["line"]) for row in found] == missing
