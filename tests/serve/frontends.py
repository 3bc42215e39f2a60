"""The prompts that chat windows send beside the chat, as their published packages of many versions spell them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.serve.side_prompts import HISTORY, QUESTION, told, user
from tests.support.published import NPM, PYPI, files

OPEN_WEBUI = [name for name in PYPI if name.startswith("open-webui")]
LIBRECHAT = [name for name in NPM if name.startswith("@librechat")]
LOBE_CHAT = [name for name in NPM if name.startswith("@lobehub")]
QUOTED = "\n".join(f"{one['role'].upper()}: {one['content']}" for one in HISTORY)
_FILLED = {
    r"\{\{(?:MESSAGES|COMPACTED_MESSAGES|RECENT_MESSAGES)[^}]*\}\}": QUOTED,
    r"(?i)\{\{prompt[^}]*\}\}": QUESTION,
    r"\{\{TYPE\}\}": "General",
    r"\{\{TOOLS\}\}": '[{"name": "get_time", "description": "x", "parameters": {}}]',
    r"\{\{responses\}\}": '"Port 80 is taken" "The disk is full"',
    r"\{\{[A-Z_]+\}\}": "",
    r"\{convo\}": f"User: {QUESTION}\nAI: Port 80 is taken.",
}


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """name: as the package calls it; side: whether it is asked beside the chat, not part of a person's turn."""

    name: str
    side: bool
    messages: list[dict[str, Any]]


def open_webui(package: str) -> Iterator[Prompt]:
    folder = files(package, "open_webui/config.py", "open_webui/main.py", "open_webui/utils/context_compaction.py")
    for path in sorted(folder.rglob("*.py")):
        for name, text in _spelled(path):
            if re.search(r"(?:GENERATION|FUNCTION_CALLING)_PROMPT_TEMPLATE$|^template$|compaction:PROMPT$", name):
                yield Prompt(name=name, side=True, messages=_as_sent(name, filled(text)))
            elif re.search(r"(?:RAG|VOICE\w*|CODE_INTERPRETER\w*|PYODIDE)_(?:TEMPLATE|PROMPT)(?:_TEMPLATE)?$", name):
                yield Prompt(name=name, side=False, messages=user(f"{filled(text)}\n{QUESTION}"))
                yield Prompt(name=f"{name} as system", side=False, messages=told(filled(text), QUESTION))


def librechat(package: str) -> Iterator[Prompt]:
    folder = files(package, "src/utils/title.ts", "dist/esm/utils/title.mjs")
    (path,) = [*folder.rglob("title.ts"), *folder.rglob("title.mjs")][:1]
    for name, text in re.findall(r"const (\w*Prompt) = `([^`]+)`", path.read_text()):
        yield Prompt(name=name, side=True, messages=user(filled(text)))


def lobe_chat(package: str) -> Iterator[Prompt]:
    folder = files(package, "src/chains/*.ts", "packages/prompts/src/chains/*.ts")
    for name in ("summaryTitle", "summaryHistory", "pickEmoji"):
        (path,) = folder.rglob(f"{name}.ts")
        system, *_ = re.findall(r"content:\s*(?:`([^`]*)`|'([^']*)'|\"([^\"]*)\")", path.read_text())
        said = QUOTED.lower() if name == "summaryTitle" else f"<chat_history>{QUOTED}</chat_history>"
        yield Prompt(name=name, side=True, messages=told("".join(system), QUESTION if name == "pickEmoji" else said))


def filled(text: str) -> str:
    """A template with the conversation of side_prompts in it."""
    for place, value in _FILLED.items():
        text = re.sub(place, value.replace("\\", r"\\"), text)
    return text


def _spelled(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            name = getattr(node.targets[0], "id", "")
            if len(node.value.value) > 150:
                yield f"{path.stem}:{name}" if path.stem == "context_compaction" else name, node.value.value


def _as_sent(name: str, text: str) -> list[dict[str, Any]]:
    if text.startswith("Available Tools"):
        return told(text, f'Query: History:\nUSER: """{QUESTION}"""\nQuery: {QUESTION}')
    return user(text)
