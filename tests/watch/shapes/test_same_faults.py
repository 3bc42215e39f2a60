"""The same faults in every shape: what the plain syslog form gives, all the others give too."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from stillwatch.host.logfile import LogFile
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter

SAID = (
    ("systemd", "1", "shop-db.service: Failed with result 'core-dump'."),
    ("kernel", "", "Out of memory: Killed process 4711 (java) total-vm:9kB, anon-rss:8kB, file-rss:0kB"),
    ("nginx", "812", "bind() to 0.0.0.0:8443 failed (98: Address already in use)"),
    ("rsync", "99", "write failed on /srv/backup/db.img: No space left on device (28)"),
)
AT = "2026-06-03T10:20:30"
EPOCH = 1_780_482_030  # the same in UTC


def tagged(program: str, pid: str) -> str:
    return f"{program}[{pid}]" if pid else program


def record(program: str, pid: str, message: str) -> dict[str, str]:
    fields = {"__REALTIME_TIMESTAMP": f"{EPOCH}000000", "_HOSTNAME": "db9", "SYSLOG_IDENTIFIER": program, "_PID": pid}
    return {**fields, "_TRANSPORT": "kernel" if program == "kernel" else "stdout", "MESSAGE": message}


FORMS = {
    "short": lambda p, i, m: f"Jun  3 10:20:30 db9 {tagged(p, i)}: {m}",
    "kernel stamps": lambda p, i, m: (
        f"Jun  3 10:20:30 db9 {tagged(p, i)}: {'[ 77.123456] ' if p == 'kernel' else ''}{m}"
    ),
    "iso": lambda p, i, m: f"{AT}+00:00 db9 {tagged(p, i)}: {m}",
    "zone": lambda p, i, m: f"2026-06-03T12:20:30.000+0200 db9 {tagged(p, i)}: {m}",
    "full": lambda p, i, m: f"Wed 2026-06-03 10:20:30 UTC db9 {tagged(p, i)}: {m}",
    "unix": lambda p, i, m: f"{EPOCH}.000000 db9 {tagged(p, i)}: {m}",
    "5424": lambda p, i, m: f"<28>1 {AT}Z db9 {p} {i or '-'} - - {m}",
    "json": lambda p, i, m: json.dumps(record(p, i, m)),
    "pretty": lambda p, i, m: json.dumps(record(p, i, m), indent="\t"),
    "export": lambda p, i, m: "\n".join(f"{name}={value}" for name, value in record(p, i, m).items()) + "\n",
    "polish": lambda p, i, m: f"cze 03 10:20:30 db9 {tagged(p, i)}: {m}",
    "japanese": lambda p, i, m: f" 6月 03 10:20:30 db9 {tagged(p, i)}: {m}".strip(),
    "colours": lambda p, i, m: f"\x1b[0;1mJun  3 10:20:30\x1b[0m db9 {tagged(p, i)}: \x1b[31m{m}\x1b[0m",
    "docker": lambda p, i, m: json.dumps({"log": f"Jun  3 10:20:30 db9 {tagged(p, i)}: {m}\n", "time": f"{AT}.5Z"}),
}
ENCODINGS = {
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-be"),
    "mark": lambda text: text.encode("utf-8-sig"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
}


def faults(prefilter: Prefilter, folder: Path, content: bytes) -> set[tuple[str, str, str, int]]:
    (folder / "log").write_bytes(content)
    with LogFile(str(folder / "log"), now=1_795_388_992.0) as log:
        triggers = Watcher(prefilter, host="own").see_text(log.blocks(), log.reader).triggers
    return {(one.host, one.rule, one.subject.removesuffix(".service"), round(one.first)) for one in triggers}


def written(form: str) -> str:
    return "\n".join(FORMS[form](*said) for said in SAID) + "\n"


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillwatch.watch.shapes.reader.Stamps", _utc)


def _utc(now: float) -> object:
    from datetime import UTC

    from stillwatch.watch.shapes.stamp import Stamps

    return Stamps(now, zone=UTC)


@pytest.mark.parametrize("form", list(FORMS))
def test_every_form_gives_what_the_plain_one_gives(prefilter: Prefilter, tmp_path: Path, form: str) -> None:
    plain = faults(prefilter, tmp_path, written("short").encode())
    assert len(plain) >= len(SAID)
    assert {at for _, _, _, at in plain} == {EPOCH}
    assert {host for host, _, _, _ in plain} == {"db9"}
    assert faults(prefilter, tmp_path, written(form).encode()) == plain


@pytest.mark.parametrize("encoding", list(ENCODINGS))
def test_every_encoding_too(prefilter: Prefilter, tmp_path: Path, encoding: str) -> None:
    text = written("short")
    assert faults(prefilter, tmp_path, ENCODINGS[encoding](text)) == faults(prefilter, tmp_path, text.encode())


def test_files_one_behind_the_other_are_one_mixed_file(prefilter: Prefilter, tmp_path: Path) -> None:
    text = "".join(written(form) for form in ("short", "iso", "full", "json", "5424", "polish"))
    assert faults(prefilter, tmp_path, text.encode()) == faults(prefilter, tmp_path, written("short").encode())
