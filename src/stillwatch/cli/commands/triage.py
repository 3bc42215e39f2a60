"""`stillwatch triage`: logs in, triggers out, as they complete."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, journal_option, rules_option


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", nargs="?", metavar="FILE", help="a log file, or - for stdin")
    journal_option(parser)
    rules_option(parser)
    parser.add_argument("--stats", action="store_true", help="counts, rate and peak memory, on stderr")
    parser.add_argument("--json", action="store_true", dest="as_json", help="print one line of JSON a trigger")


def triage(*, log: str | None, journal: str | None, rules: str | None, stats: bool, as_json: bool) -> int:
    """Without a file or --journal it reads this host's journal.

    examples:
      stillwatch triage /var/log/syslog
      journalctl -o short-iso -n 100000 | stillwatch triage - --json
      stillwatch triage --journal /mnt/backup/var/log/journal --stats
    """
    from stillwatch.cli import values
    from stillwatch.cli.show.trigger import show_stats, trigger_row
    from stillwatch.cli.terminal import put, put_json_line, tell
    from stillwatch.cli.text import counted_only
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.incident import TriggerView

    values.one_of({"--journal": journal, "a file": log})
    values.journal_folder(journal)
    values.log_file(log)
    app = door.app()
    own_rules = values.rules_folder(rules)
    service = app.service() if own_rules is None else app.service(own_rules)
    for problem in service.left_out_rules():
        tell(one_line(f"stillwatch: left out: {problem}"))
    run = service.triage(journal=journal, log=log)
    for trigger in run:
        if as_json:
            put_json_line(TriggerView.of(trigger))
        else:
            put([trigger_row(trigger, now=app.clock.now())])
    if not run.lines:
        tell(one_line("stillwatch: there was nothing to read"))
    if run.dropped:
        tell(one_line(f"stillwatch: {counted_only(run.dropped)}"))
    if stats:
        show_stats(run.lines, run.triggers, run.seconds, as_json=as_json, dropped=run.dropped)
    return 0


command = Command(run=triage, arguments=arguments)
