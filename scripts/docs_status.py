"""Draws docs/images/status.png: the status page of a made-up host, as Chromium shows it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

from stillwatch.records.cause import Cause
from stillwatch.records.chat import TIERS
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.report import Report, SourceReport, TierReport
from stillwatch.records.trigger import Severity
from stillwatch.serve.page.status_page import page

PICTURE = Path(__file__).resolve().parent.parent / "docs/images/status.png"
SIZE = "860,1010"
NOW = 1_795_400_000.0


def seen(number: int, kind: str, source: str, text: str) -> Evidence:
    return Evidence(id=f"E{number}", incident="I7", kind=kind, source=source, at=NOW - 1_500, text=Untrusted(text))  # type: ignore[arg-type]


INCIDENT = Incident(
    id="I7",
    key="shop/failed/nginx.service",
    state="waiting",
    severity=Severity.high,
    summary="nginx.service failed",
    subject="nginx.service",
    host="shop",
    opened=NOW - 1_500,
    updated=NOW - 1_400,
    cause=Cause(id="port-in-use", object="apache2.service", text="Port 80 is held by apache2.service"),
    evidence=(
        seen(1, "journal", "nginx.service", "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)"),
        seen(2, "look", "listening_sockets", 'LISTEN 0.0.0.0:80 users:(("apache2",pid=812,fd=4))'),
        seen(3, "unit", "nginx.service", "failed (exit-code)"),
    ),
)
WAITING = {
    "id": "A-17",
    "action": "restart_unit",
    "target": "nginx.service",
    "risk": "low",
    "shown": {"does": "Restart nginx.service."},
}


def main() -> None:
    report = Report(
        host="shop",
        at=NOW,
        status="attention",
        incidents=(INCIDENT,),
        sources=tuple(SourceReport(name=name, read=True) for name in ("units", "metrics", "journal")),
        tiers={tier: TierReport(state="ready") for tier in TIERS},
    )
    style = resources.files("stillwatch.serve.page").joinpath("static/style.css").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "status.html"
        shown = page(report, [WAITING], now=NOW).replace("</head>", f"<style>{style}</style></head>")
        file.write_text(shown, "utf-8")
        browser = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]
        subprocess.run([*browser, f"--window-size={SIZE}", f"--screenshot={PICTURE}", file.as_uri()], check=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
