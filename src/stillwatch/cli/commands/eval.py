"""`stillwatch eval`: the proving ground, which lies in the repository and not in the installed package."""

from __future__ import annotations

import argparse
from pathlib import Path

from stillwatch.cli.parser import Command

PROFILES = ("rules", "scripted", "real")
LEVELS = ("check", "observe", "suggest", "auto-safe", "auto-full")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", nargs="*", default=[], metavar="WORDS", help="parts of names; all without it")
    parser.add_argument("--level", choices=LEVELS, default="check", help="check: one reading as root, and no daemon")
    parser.add_argument(
        "--profile", choices=PROFILES, default="rules", help="rules alone; a model that answers anything; real models"
    )
    parser.add_argument("--models", metavar="FILES", help="GGUF files for --profile real, from small to large: a,b,c")
    parser.add_argument("--seed", nargs="*", type=int, default=[], metavar="N", help="a fresh one without it")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="machines side by side (2)")
    parser.add_argument("--report", metavar="DIR", help="write eval.json, eval.md and eval.html there")
    parser.add_argument("--against", metavar="DIR", help="compare with the report there")
    parser.add_argument("--repository", metavar="DIR", help="where the proving ground lies, if it is not found")
    parser.add_argument("--list", action="store_true", dest="only_list", help="name the scenarios and end")


def evaluate(
    *,
    scenario: list[str],
    level: str,
    profile: str,
    models: str | None,
    seed: list[int],
    jobs: int,
    report: str | None,
    against: str | None,
    repository: str | None,
    only_list: bool,
) -> int:
    """It boots fresh machines in containers, breaks each, and judges from outside what was understood and mended.

    It needs root, Debian's systemd-container and mmdebstrap, and a clone of the repository with 'scripts/setup --tests'
    done. Nothing of this host is changed.

    examples:
      stillwatch eval --list
      sudo stillwatch eval --scenario port-taken --level auto-safe --report out
    """
    import os

    script = find_ground(repository) / "scripts/eval"
    words = [*_several("--scenario", scenario), "--level", level, "--profile", profile, "--jobs", str(jobs)]
    words += _several("--seed", list(map(str, seed)))
    for name, value in (("--models", models), ("--report", report), ("--against", against)):
        words += [name, os.path.abspath(value) if name != "--models" else value] if value else []  # noqa: PTH100
    os.execv(script, [str(script), *words, *(["--list"] if only_list else [])])  # noqa: S606 – found, not named by a line


def find_ground(given: str | None) -> Path:
    """The repository with the scenarios. Raises NotReachable where there is none."""
    from stillwatch.errors import NotReachable

    own = Path(__file__).resolve().parents[4]
    for place in [Path(given)] if given else [Path.cwd(), own]:
        if (place / "scripts/eval").is_file() and (place / "evals/scenarios").is_dir():
            return place.resolve()
    raise NotReachable(
        f"the proving ground is not in {given}" if given else "the proving ground is not part of the installed package",
        next_step="clone the repository, run scripts/setup --tests there, then: stillwatch eval --repository DIR",
    )


def _several(option: str, values: list[str]) -> list[str]:
    return [option, *values] if values else []


command = Command(run=evaluate, arguments=arguments)
