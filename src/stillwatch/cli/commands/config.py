"""`stillwatch config`: is the configuration file good."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from stillwatch.app import App
    from stillwatch.cli.terminal import Line
    from stillwatch.doctor.config import Examined
    from stillwatch.tables.problems import Problem
    from stillwatch.views.command import ConfigView

RESTART = "systemctl restart stillwatch stillwatch-gate"
"""Both read the file when they start; the gate takes the ceiling of autonomy from it."""


def check(*, file: str | None, as_json: bool) -> int:
    """Check the configuration file, or another before it is put in its place: each problem with its line, the nearest
    key, what is allowed, and the next step. Nothing is changed.

    What is missing on this host (a log, a key file, a model) is a warning: the daemon starts without it.

    exit code: 0 it can be used, 2 it cannot

    examples:
      stillwatch config check
      stillwatch config check /tmp/stillwatch.toml
    """
    from pathlib import Path

    from stillwatch.cli.terminal import put, put_json
    from stillwatch.doctor.config import Examined, examine_file

    app = door.app(ignore_config=True)
    where = Path(file) if file else app.paths.config_file
    found = examine_file(where, app.paths.model_folders, has_key=has_key(app)) if where else Examined()
    if as_json:
        put_json(_view(where, found))
    else:
        put(_lines(where, found, installed=app.paths.as_service))
    return 2 if found.errors else 0


def has_key(app: App) -> bool:
    """Whether an API key exists; a key file that this person may not read is one."""
    from stillwatch.errors import StillwatchError
    from stillwatch.serve.http.keys import KeyRing

    try:
        return bool(KeyRing(app.paths.state).all())
    except StillwatchError:
        return True


def _view(where: Path | None, found: Examined) -> ConfigView:
    from stillwatch.views.command import ConfigProblemView, ConfigView

    def each(problems: tuple[Problem, ...]) -> list[ConfigProblemView]:
        return [ConfigProblemView(one.line or None, one.key, one.text, one.next_step) for one in problems]

    file = str(where) if where else None
    return ConfigView(ok=not found.errors, file=file, errors=each(found.errors), warnings=each(found.warnings))


def _lines(where: Path | None, found: Examined, *, installed: bool) -> list[Line]:
    from stillwatch.cli.terminal import line
    from stillwatch.cli.text import plural
    from stillwatch.untrusted.for_terminal import one_line

    if where is None:
        return [line(("✓ ", "green"), "no configuration file, so the defaults are used")]
    lines = [line(("✗ ", "bold red"), one_line(str(one), 500), hang=2) for one in found.errors]
    lines += [line(("! ", "yellow"), one_line(str(one), 500), hang=2) for one in found.warnings]
    if found.errors:
        return [*lines, line(f"{where}: {plural(len(found.errors), 'error')}; Stillwatch does not start with it")]
    lines += [line(("✓ ", "green"), f"{where} can be used")]
    return [*lines, line("After a change: ", (RESTART, "bold"))] if installed else lines


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help="a file instead of the one in use")
    json_option(parser)


command = Group(
    help="""The file is /etc/stillwatch/stillwatch.toml, else $XDG_CONFIG_HOME/stillwatch/stillwatch.toml.

example:
  stillwatch config check""",
    members={"check": Command(run=check, arguments=_arguments)},
    default="check",
)
