"""JSON for scripts: one value, or one a line as it comes."""

from __future__ import annotations

import json

from stillwatch.cli.paper import write


def put_json(value: object) -> None:
    """One value, indented on a terminal's behalf too: `jq` does not care and people do."""
    write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def put_json_line(value: object) -> None:
    """One value on a line of its own, for streams."""
    write(json.dumps(value, ensure_ascii=False) + "\n")
