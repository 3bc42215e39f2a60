"""`stillwatch uninstall`: take away what `install` brought."""

from __future__ import annotations

import argparse

from stillwatch.cli.commands.install import dry_run_option, prepared
from stillwatch.cli.parser import Command


def uninstall(*, purge: bool, dry_run: bool) -> int:
    """Stops and removes the services, units and rules. Configuration, state and users stay, unless --purge.

    examples:
      stillwatch uninstall --dry-run
      stillwatch uninstall --purge
    """
    import asyncio

    from stillwatch.cli.terminal import line, put
    from stillwatch.install.steps import uninstall as take_away

    asyncio.run(take_away(prepared(dry_run=dry_run), purge=purge))
    kept = "" if purge else "; /etc/stillwatch and the state are kept"
    put([line("dry run: nothing was changed" if dry_run else f"Uninstalled{kept}.")])
    return 0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--purge", action="store_true", help="remove configuration, state, audit record and users too")
    dry_run_option(parser)


command = Command(run=uninstall, arguments=_arguments)
