"""What is wrong with a configuration file: in its text, and in what it names on this host."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from stillwatch.config import Config, is_loopback
from stillwatch.errors import WrongUsage
from stillwatch.llm.models import find
from stillwatch.records.chat import TIERS
from stillwatch.tables.position import Path as Key
from stillwatch.tables.position import line_of
from stillwatch.tables.problems import BadTable, Problem, dotted, read_table


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """errors: no daemon starts with them; warnings: what it would do without on this host."""

    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def examine_file(file: Path, models: Sequence[Path], *, has_key: bool) -> Examined:
    """Everything that is wrong with the file, in its order.

    models: the folders of model files; has_key: an API key exists. Raises WrongUsage for a file that cannot be read.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise WrongUsage(f"{file}: {error.strerror or error}") from error
    try:
        config = read_table(raw, Config)
    except BadTable as bad:
        return Examined(errors=bad.problems)
    text = raw.decode()
    return Examined(
        errors=_placed((*_bad_urls(config), *_bad_ports(config), *_bad_notify(config), *_bad_logs(config)), text),
        warnings=_placed((*_missing(config, models), *_unguarded(config, has_key)), text),
    )


Found = tuple[Key, str, str]
"""The key, what is wrong, the next step."""


def _placed(found: Sequence[Found], text: str) -> tuple[Problem, ...]:
    problems = [
        Problem(line=line_of(text, key), key=dotted(key), text=problem, next_step=step) for key, problem, step in found
    ]
    return tuple(sorted(problems, key=lambda one: one.line))


def _bad_urls(config: Config) -> Iterator[Found]:
    for tier in TIERS:
        url = config.llm.tier(tier).url
        if url is not None and (why := _url_problem(url)):
            yield ("llm", tier, "url"), f"`llm.{tier}.url` {why}", 'for example "http://127.0.0.1:8080/v1"'


def _url_problem(url: str) -> str:
    """Why this is no address of an OpenAI-compatible server; "" if it may be one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"is no URL: {error}"
    if parts.scheme not in ("http", "https"):
        return "must begin with http:// or https://"
    return "" if parts.hostname else "names no host"


def _bad_ports(config: Config) -> Iterator[Found]:
    """Each of our own servers needs a port of its own."""
    ports: list[tuple[Key, int]] = [(("api", "port"), config.api.port)]
    for tier in TIERS:
        one = config.llm.tier(tier)
        if one.enabled and one.url is None and one.port is not None:
            ports.append((("llm", tier, "port"), one.port))
    count = Counter(port for _, port in ports)
    for key, port in ports:
        if count[port] > 1:
            yield key, f"`{dotted(key)}`: port {port} is given twice", "give each server a port of its own"


def _bad_notify(config: Config) -> Iterator[Found]:
    if not config.notify.urls:
        return
    from apprise import Apprise  # 60 ms that a configuration without notifications need not pay

    for index, url in enumerate(config.notify.urls):
        if Apprise.instantiate(url, suppress_exceptions=True) is None:
            problem = f"`notify.urls`: entry {index + 1} is not understood"
            yield ("notify", "urls"), problem, "an Apprise URL such as ntfys://ntfy.example.org/topic"


def _bad_logs(config: Config) -> Iterator[Found]:
    for log in config.watch.logs:
        if not log.startswith("/"):
            yield ("watch", "logs"), f"`watch.logs`: {log!r} is not an absolute path", "begin it with /"
    journal = config.watch.journal
    if isinstance(journal, str) and not journal.startswith("/"):
        yield ("watch", "journal"), f"`watch.journal`: {journal!r} is not an absolute path", "begin it with /"


def _missing(config: Config, models: Sequence[Path]) -> Iterator[Found]:
    """Files that the configuration names and that are not here, or not for whoever asks."""
    for log in config.watch.logs:
        if log.startswith("/") and (why := _unreadable(Path(log))):
            yield ("watch", "logs"), f"`watch.logs`: {log} {why}", "it is watched once it can be read"
    for key, file in ((("api", "key_file"), config.api.key_file), (("notify", "urls_file"), config.notify.urls_file)):
        if file and (why := _unreadable(Path(file))):
            yield key, f"`{dotted(key)}`: {file} {why}", ""
    for tier in TIERS:
        one = config.llm.tier(tier)
        if one.key_file and (why := _unreadable(Path(one.key_file))):
            yield ("llm", tier, "key_file"), f"`llm.{tier}.key_file`: {one.key_file} {why}", ""
        if one.model and one.url is None and not _is_model(one.model, models):
            step = "'stillwatch models list' shows what there is"
            yield ("llm", tier, "model"), f"`llm.{tier}.model`: no model {one.model!r} here", step


def _unreadable(path: Path) -> str:
    if not path.exists():
        return "is not there"
    return "" if os.access(path, os.R_OK) else "cannot be read by whoever runs this"


def _is_model(name: str, models: Sequence[Path]) -> bool:
    try:
        find(name, models)
    except WrongUsage:
        return False
    return True


def _unguarded(config: Config, has_key: bool) -> Iterator[Found]:
    if not is_loopback(config.api.host) and not has_key and not config.api.key_file:
        problem = f"`api.host`: {config.api.host} is open to others and there is no API key: nothing is served (R23)"
        yield ("api", "host"), problem, "stillwatch keys create --scope chat"
