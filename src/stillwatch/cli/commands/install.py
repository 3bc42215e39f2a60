"""`stillwatch install`: users, units, sockets, rules and a careful default policy on a systemd host."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import GlobalOptions, door
from stillwatch.cli.parser import Command

if TYPE_CHECKING:
    from stillwatch.install.installer import Installer

NIXOS = "/etc/NIXOS"


def install(*, dry_run: bool) -> int:
    """Installs for good what 'up' starts for a trial: the daemon and the gate under users of their own. Prints each
    step; safe to run again, for an update or to restore what is missing: where nothing changed, nothing restarts.
    Files in /etc/stillwatch that are there already stay as they are; models pulled before are copied.

    examples:
      stillwatch install --dry-run
      stillwatch install
    """
    import asyncio

    from stillwatch.admin.policy import install as install_services
    from stillwatch.cli.next_steps import next_steps
    from stillwatch.cli.terminal import line, put

    installer = prepared(dry_run=dry_run)
    asyncio.run(install_services(installer))
    if dry_run:
        put([line("dry run: nothing was changed")])
        return 0
    app = door.app()  # the places of the service, which are there now
    put([line(("Installed: Stillwatch watches this host.", "bold"), " Next:"), *next_steps(app, GlobalOptions())])
    return 0


def prepared(*, dry_run: bool) -> Installer:
    """The installer, for root on a systemd host. Raises WrongUsage and NotReachable."""
    import os
    from pathlib import Path

    from stillwatch.cli.terminal import line, put
    from stillwatch.errors import NotReachable, WrongUsage
    from stillwatch.install.installer import Installer
    from stillwatch.untrusted.for_terminal import one_line

    if Path(NIXOS).exists():
        raise WrongUsage("a NixOS is not changed by hand", next_step="set `services.stillwatch` and run nixos-rebuild")
    if os.geteuid() != 0 and not dry_run:
        raise WrongUsage("this changes the system, so it is root's", next_step="run it with sudo")
    if not Path("/run/systemd/system").is_dir():
        raise NotReachable("systemd is not PID 1 here", next_step="'stillwatch up' runs everything in one terminal")
    return Installer(lambda reported: put([line(("• ", "dim"), one_line(reported, 500), hang=2)]), dry_run=dry_run)


def dry_run_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


command = Command(run=install, arguments=dry_run_option)
