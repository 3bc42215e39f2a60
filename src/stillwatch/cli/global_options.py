"""The options that every command takes, before or after its name, and the App built from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from stillwatch.errors import WrongUsage

if TYPE_CHECKING:
    from stillwatch.app import App

TAKES_VALUE: Final = {"--config": "config", "--state-dir": "state_dir", "--runtime-dir": "runtime_dir"}


@dataclass(frozen=True, kw_only=True, slots=True)
class GlobalOptions:
    config: str | None = None
    state_dir: str | None = None
    runtime_dir: str | None = None
    debug: bool = False
    ignore_config: bool = False


def take_global_options(arguments: Sequence[str]) -> tuple[GlobalOptions, list[str]]:
    """Take the common options out of the command line, up to a `--`; the last one given wins.

    Raises WrongUsage if one of them lacks its value.
    """
    values: dict[str, str] = {}
    debug = False
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif word == "--debug":
            debug = True
        elif name in TAKES_VALUE:
            given = value if equals else next(words, "")
            if not given or (not equals and given.startswith("--")):
                raise WrongUsage(f"{name} needs a {'file' if name == '--config' else 'directory'}")
            values[TAKES_VALUE[name]] = given
        else:
            rest.append(word)
    config, state_dir, runtime_dir = (values.get(name) for name in TAKES_VALUE.values())
    return GlobalOptions(config=config, state_dir=state_dir, runtime_dir=runtime_dir, debug=debug), rest


def build_app(options: GlobalOptions) -> App:
    """The real App. Imported only here, so that no --help pays for it."""
    from stillwatch.app import Options, build

    return build(
        Options(
            config=options.config,
            state_dir=options.state_dir,
            runtime_dir=options.runtime_dir,
            ignore_config=options.ignore_config,
        )
    )


def me() -> str:
    """The person at the terminal, for the history of what they did."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


class Door:
    """Where commands get their App from: main.py says with which options, a test says which App."""

    def __init__(self) -> None:
        self.options = GlobalOptions()
        self.build: Callable[[GlobalOptions], App] = build_app

    def app(self, *, ignore_config: bool = False) -> App:
        """ignore_config: with the defaults, for a command that examines the configuration itself."""
        return self.build(replace(self.options, ignore_config=ignore_config))


door = Door()
