"""`stillwatch uninstall`: take away what `install` brought."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stillwatch.cli.commands.install import dry_run_option, prepared
from stillwatch.cli.parser import Command

if TYPE_CHECKING:
    from stillwatch.cli.terminal import Line


def uninstall(*, purge: bool, dry_run: bool) -> int:
    """Stops and removes the services, units, rules and the program. What is yours stays, and is listed, unless --purge:
    configuration, memory, API keys, models, the audit record, the secret of one-time codes, and the services' users.

    examples:
      stillwatch uninstall --dry-run
      stillwatch uninstall --purge
    """
    import asyncio

    from stillwatch.cli.terminal import line, put
    from stillwatch.install import steps

    installer = prepared(dry_run=dry_run)
    asyncio.run(steps.uninstall(installer, purge=purge))
    put([line("dry run: nothing was changed" if dry_run else "Uninstalled.")])
    if not purge:
        put(_kept(steps.kept(installer), steps.kept_users()))
    return 0


def _kept(folders: dict[str, str], users: list[str]) -> Iterator[Line]:
    """What stays, and how to remove it now that this program is gone."""
    from stillwatch.cli.terminal import line

    width = max(map(len, folders), default=0) + 2
    for path, what in folders.items():
        yield line(f"{'kept':<6}", (f"{path:<{width}}", "bold"), what, hang=width + 6)
    if users:
        yield line(f"{'kept':<6}", "the users ", (", ".join(users), "bold"))
    if folders or users:
        commands = [f"rm -r {' '.join(folders)}"] if folders else []
        commands += [f"userdel {user}" for user in users]
        yield line("To remove these too: ", (" && ".join(commands), "bold"), hang=4)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--purge", action="store_true", help="remove configuration, state, audit record and users too")
    dry_run_option(parser)


command = Command(run=uninstall, arguments=_arguments)
