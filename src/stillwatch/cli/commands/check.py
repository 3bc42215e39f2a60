"""`stillwatch check`: one read-only pass over the host."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, deadline_option, journal_option, json_option, no_model_option, rules_option
from stillwatch.errors import WrongUsage

if TYPE_CHECKING:
    from stillwatch.app import App

EXIT_CODES = {"healthy": 0, "attention": 1, "critical": 1, "unknown": 5}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", metavar="TIME", default="1h", help="how far back to read the journal: 15m, 1h, 2d, an ISO time (1h)"
    )
    journal_option(parser)
    parser.add_argument("--log", metavar="FILE", help="read a log file (- for stdin), all of it, instead of this host")
    parser.add_argument(
        "--recorded",
        metavar="DIR",
        nargs="?",
        const="",
        help="look at a recorded host instead of this one; without DIR at a small shop with two faults",
    )
    rules_option(parser)
    no_model_option(parser)
    deadline_option(parser, 60)
    json_option(parser)


def check(
    *,
    since: str,
    journal: str | None,
    log: str | None,
    recorded: str | None,
    rules: str | None,
    no_model: bool,
    deadline: float,
    as_json: bool,
) -> int:
    """Nothing is changed on the host, and nothing is proposed to the gate.

    exit code: 0 healthy, 1 something needs attention, 5 it could not be established

    examples:
      stillwatch check
      stillwatch check --since 15m --no-model
      stillwatch check --recorded
      journalctl -o short-iso -b -1 | stillwatch check --log - --json
    """
    from stillwatch.cli import values
    from stillwatch.cli.show.report import show_report
    from stillwatch.cli.terminal import work

    values.one_of({"--journal": journal, "--log": log})
    values.journal_folder(journal)
    values.log_file(log)
    values.deadline(deadline)
    own_rules = values.rules_folder(rules)
    app = _app(recorded, elsewhere=journal or log)
    service = app.service() if own_rules is None else app.service(own_rules)
    back = values.span_or_moment(since, now=app.clock.now())
    report = work(
        lambda progress: service.check(
            since=back, journal=journal, log=log, use_models=not no_model, deadline=deadline, progress=progress
        ),
        quiet=as_json,
    )
    report = replace(report, recorded=recorded is not None)
    show_report(report, as_json=as_json, now=app.clock.now())
    return EXIT_CODES[report.status]


def _app(recorded: str | None, *, elsewhere: str | None) -> App:
    if recorded is None:
        return door.app()
    if elsewhere is not None:
        raise WrongUsage("--recorded is a whole host: without --journal and --log")
    return door.app().recorded(Path(recorded) if recorded else None)


command = Command(run=check, arguments=arguments)
