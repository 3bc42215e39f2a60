"""The guides of docs/connect as programs: their fenced blocks, in order, as a reader would paste them.

A block after a line that ends with a file's name in backquotes and a colon is that file; the others are for a shell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.test_structure import REPOSITORY

FOLDER = REPOSITORY / "docs/connect"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([\w.-]+)`:$")


@dataclass(frozen=True, kw_only=True)
class Block:
    """name: of the file that it is, "" for what a shell is given."""

    language: str
    name: str
    text: str


def blocks(guide: str) -> list[Block]:
    text = (FOLDER / guide).read_text()
    found = []
    for fence in FENCE.finditer(text):
        before = text[: fence.start()].rstrip().rsplit("\n", 1)[-1]
        name = NAMED.search(before)
        found.append(Block(language=fence[1], name=name[1] if name else "", text=fence[2]))
    return found


def program(guide: str) -> str:
    """One bash script that follows the guide, and says `### NUMBER` before each block."""
    steps = []
    for number, block in enumerate(blocks(guide)):
        if block.name:
            steps.append(f"cat >{block.name} <<'END-OF-BLOCK'\n{block.text}END-OF-BLOCK\n")
        elif block.language == "bash":
            steps.append(f'printf "\\n### {number} after $SECONDS s\\n"\n{block.text}')
        else:
            raise ValueError(f"{guide}: nobody is told what to do with the {block.language} block {number}")
    return "".join(steps)


def said(guide: str, output: str) -> list[tuple[str, str]]:
    """Each shell block of the guide that was run, and what it printed."""
    parts = re.split(r"^### (\d+) after .*$", output, flags=re.MULTILINE)
    return [(blocks(guide)[int(number)].text, text) for number, text in zip(parts[1::2], parts[2::2], strict=True)]


def commands(page: str) -> list[str]:
    """What a page of this repository gives a shell, a line each: fenced as bash, or indented by four spaces."""
    text = (REPOSITORY / page).read_text()
    fenced = [
        (fence.start(), line) for fence in FENCE.finditer(text) if fence[1] == "bash" for line in fence[2].split("\n")
    ]
    bare = FENCE.sub(lambda fence: " " * len(fence[0]), text)
    indented = [(found.start(), found[1]) for found in re.finditer(r"^ {4}(\S.*)$", bare, re.MULTILINE)]
    return [line for _, line in sorted(fenced + indented, key=lambda found: found[0]) if line]


def inline_commands(page: str) -> list[str]:
    """What stands in backquotes within a sentence and begins with `stillwatch`, where no word is a placeholder."""
    text = FENCE.sub("", (REPOSITORY / page).read_text())
    found = re.findall(r"`(stillwatch [a-z][^`\n]*)`", text)
    return [command for command in found if not re.search(r" [A-Z]{2,}\b(?!-)|…|\[", command)]
