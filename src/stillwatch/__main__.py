"""`python -m stillwatch` and the `stillwatch` program."""

from __future__ import annotations

import sys

from stillwatch.cli.main import run


def main() -> None:
    """Run the command line and end the process with its exit code (CONTRACT: 0, 1, 2, 3, 4, 5; 130 on Ctrl-C)."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
