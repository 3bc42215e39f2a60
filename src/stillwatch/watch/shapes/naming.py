"""What a word in a line names: a program, by its path or its logger."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from stillwatch.watch.shapes.level import priority_of_word

DOMAINS: Final = frozenset(("app", "co", "com", "de", "dev", "edu", "eu", "io", "java", "javax", "net", "org", "sun"))
"""What a package of Java begins with."""


@lru_cache(maxsize=2048)
def program_name(name: bytes) -> str:
    """`/usr/sbin/sshd` is sshd, `(shop)` shop, `sshd(pam_unix)` sshd."""
    text = name.decode("utf-8", "replace")
    if text.startswith("/"):
        text = text.rpartition("/")[2] or text
    if text.startswith("("):
        return text.strip("()") or text
    return text.partition("(")[0] or text


def package_of(logger: str) -> str:
    """`django.request` is django; a class of Java, named by a domain or with capitals, stays as it is."""
    first, dot, _ = logger.partition(".")
    return first if dot and logger.islower() and len(first) > 1 and first not in DOMAINS else logger


def is_package(name: str) -> bool:
    """Whether a package is named, which is a program as a rule: a class, a path or a topic is a part of one."""
    return name.islower() and name.replace("_", "").replace("-", "").isalnum()


def is_program_name(word: bytes) -> bool:
    text = word.decode("utf-8", "replace")
    return text[:1].isalpha() and text.islower() and priority_of_word(text) is None
