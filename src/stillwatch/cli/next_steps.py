"""What a person types next, once Stillwatch runs: the page, a chat window, a model, what is missing for acting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import GlobalOptions

if TYPE_CHECKING:
    from stillwatch.app import App
    from stillwatch.cli.terminal import Line

POLKIT = tuple(
    Path(folder) / "polkitd" for folder in ("/usr/lib/polkit-1", "/usr/libexec", "/run/current-system/sw/lib/polkit-1")
)
"""Where Debian, Fedora and NixOS put the program that lets the gate act without being root."""


def next_steps(app: App, options: GlobalOptions) -> Iterator[Line]:
    """A line each: the command, and what it is for. options: repeated, since the commands must mean the same state."""
    from stillwatch.cli.terminal import line

    say = " ".join(("stillwatch", *_repeated(options)))
    steps = [
        (f"{say} status", "what it sees"),
        (f"{say} open", f"the page http://127.0.0.1:{app.config.api.port}/ in a browser, logged in"),
        (f"{say} keys create --scope chat", f"a key for a chat window, whose address is {_base(app)}"),
    ]
    if not _has_model(app):
        steps.append((f"{say} models pull qwen2.5-coder-1.5b", "a language model; until then the rules work alone"))
    if not app.paths.trial and not any(path.exists() for path in POLKIT):
        steps.append(("apt-get install polkitd", "without it the gate may explain and ask, and cannot act"))
    width = max(len(command) for command, _ in steps) + 2
    for command, why in steps:
        yield line((f"{command:<{width}}", "bold"), why, indent=2, hang=width + 2)


def _repeated(options: GlobalOptions) -> Iterator[str]:
    given = (("--config", options.config), ("--state-dir", options.state_dir), ("--runtime-dir", options.runtime_dir))
    for name, value in given:
        if value:
            yield f"{name} {value}"


def _base(app: App) -> str:
    return f"http://{app.config.api.host}:{app.config.api.port}/v1"


def _has_model(app: App) -> bool:
    from stillwatch.llm.models import models
    from stillwatch.records.chat import TIERS

    urls = any(app.config.llm.tier(tier).url for tier in TIERS)
    return urls or any(model.path for model in models(app.paths.model_folders))
