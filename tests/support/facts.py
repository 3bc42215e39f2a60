"""What a sentence is about, without its words: the ids, names, paths, figures and commands that stand in it."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"`[^`]+`|\S+")
_FACT = re.compile(r"\d|\w[./_@=]+\w|^/.|^`")


def facts(text: str) -> list[str]:
    """In the order of the text; a command in backticks is one. What the test asserts instead of the sentence.

    >>> facts("web.service was changed 3 times: see `stillwatch approvals show A-1`, and /srv/app.")
    ['web.service', '3', '`stillwatch approvals show A-1`', '/srv/app']
    """
    tokens = (token if token.startswith("`") else token.strip(".,;:!?()[]{}\"'“”*") for token in _TOKEN.findall(text))
    return [token for token in tokens if _FACT.search(token)]
