"""Writes docs/reference/ from the program itself. usage: python scripts/docs_pages.py [FOLDER]"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from stillwatch.cli.families import FAMILIES
from stillwatch.cli.main import run
from stillwatch.config import config_schema
from stillwatch.gate.policy import Policy
from stillwatch.records.cause import CAUSES
from stillwatch.serve.api.openapi import document
from stillwatch.watch.family import RULES_FOLDER, load_file

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / "docs/reference"
NOTE = "<!-- Written by scripts/docs from the program itself; changes belong there. -->"


def stillwatch(*arguments: str) -> str:
    """What the command says, as on a terminal of 100 columns without colour."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    terminal = {"HOME": "/nonexistent", "XDG_CACHE_HOME": cache, "COLUMNS": "100", "NO_COLOR": "1"}
    with patch.dict(os.environ, terminal, clear=True), redirect_stdout(StringIO()) as said:
        if code := run(arguments):
            raise SystemExit(code)
    return said.getvalue().rstrip()


def page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTE, *parts]) + "\n"


def commands() -> str:
    """Every command's --help, word for word."""
    parts = [f"```\n{stillwatch('--help')}\n```"]
    for name in FAMILIES:
        parts += [f"## {name}", f"```\n{stillwatch(name, '--help')}\n```"]
        for verb in verbs(name):
            parts += [f"### {name} {verb}", f"```\n{stillwatch(name, verb, '--help')}\n```"]
    return page("Commands", *parts)


def verbs(family: str) -> list[str]:
    """The commands below a family, in the order in which it shows them."""
    import importlib

    from stillwatch.cli.parser import Group

    command = importlib.import_module(f"stillwatch.cli.commands.{FAMILIES[family].module}").command
    return list(command.members) if isinstance(command, Group) else []


def configuration() -> str:
    """Every key with its type, its default and what it means."""
    schema = config_schema()
    rows = ["| key | type | default | |", "|---|---|---|---|"]
    rows += [f"| `{key}` | {kind} | {default} | {says} |" for key, kind, default, says in keys(schema, schema)]
    intro = (
        "One TOML file: `/etc/stillwatch/stillwatch.toml`, else `$XDG_CONFIG_HOME/stillwatch/stillwatch.toml`; "
        "`--config FILE` wins. An unknown key is an error."
    )
    return page("Configuration", intro, "\n".join(rows))


def keys(schema: dict[str, Any], node: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    node = resolve(schema, node)
    for name, entry in node["properties"].items():
        inner = resolve(schema, entry)
        if inner.get("type") == "object":
            yield from keys(schema, inner, f"{prefix}{name}.")
        elif "$ref" in entry.get("items", {}):
            yield f"{prefix}{name}", "list of tables", "`[]`", entry.get("description", "")
            yield from keys(schema, entry["items"], f"{prefix}{name}[].")
        else:
            default = json.dumps(entry["default"]) if entry.get("default") is not None else "–"
            says = entry.get("description", "")
            yield f"{prefix}{name}", kind(schema, entry), f"`{default}`" if default != "–" else default, says


def resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref") or next((part["$ref"] for part in node.get("anyOf", []) if "$ref" in part), None)
    found: dict[str, Any] = schema["$defs"][reference.rsplit("/", 1)[-1]] if reference else node
    return found


def kind(schema: dict[str, Any], node: dict[str, Any]) -> str:
    if "anyOf" in node:
        return " or ".join(kind(schema, part) for part in node["anyOf"] if part.get("type") != "null")
    if "enum" in node:
        return ", ".join(f"`{json.dumps(value)}`" for value in node["enum"])
    if node.get("type") == "array":
        return f"list of {kind(schema, node['items'])}" if node.get("items") else "list"
    low, high = node.get("minimum"), node.get("maximum")
    return f"{node['type']}, {low} to {high}" if low is not None and high is not None else str(node["type"])


RULE_FILES = sorted(RULES_FOLDER.glob("*.toml"))


def rules() -> str:
    """The families, and the catalogue of causes."""
    rows = ["| family | |", "|---|---|"]
    for file in RULE_FILES:
        found = load_file(file)
        assert found.family, f"{file} has no [family]"
        about = cell(found.family.about)
        rows.append(f"| [{cell(found.family.title)}](rules/{file.stem}.md) | {about} |")
    causes = ["| cause | means |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in CAUSES.items())]
    intro = "Your own rules go to `/etc/stillwatch/rules.d/*.toml`; `stillwatch rules test` runs their samples."
    form = "How a rule is written: [writing rules](../writing-rules.md)."
    return page("Rules", intro, form, "\n".join(rows), "## Causes", "\n".join(causes))


def rules_of(file: Path) -> str:
    """Every rule of one family: how grave, what it says, and what people are told."""
    found = load_file(file)
    assert found.family, f"{file} has no [family]"
    rows = ["| rule | severity | says | cause | what to do |", "|---|---|---|---|---|"]
    for rule in found.rule:
        cause = f"`{rule.cause}`" if rule.cause else "–"
        says = f"`{rule.id}` | {rule.severity} | {cell(rule.summary)} | {cause} | {cell(rule.say) or '–'}"
        rows.append(f"| {says} |")
    return page(f"Rules: {found.family.title}", found.family.about, "\n".join(rows))


def tools() -> str:
    """Every look tool, as the models get it."""
    listed = json.loads(stillwatch("tools", "list", "--json"))
    catalogue = listed if isinstance(listed, dict) else {entry["name"]: entry for entry in listed}
    parts = []
    for name, tool in sorted(catalogue.items()):
        parts += [f"## {name}", tool["description"]]
        fields = tool["arguments"].get("properties", {})
        if fields:
            rows = [f"| `{key}` | {cell(field.get('description', ''))} |" for key, field in fields.items()]
            parts.append("\n".join(["| argument | |", "|---|---|", *rows]))
    return page("Look tools", "What a model may look at. None of them changes anything.", *parts)


def decisions() -> str:
    """Every decision record by its title."""
    entries = []
    for path in sorted((REPOSITORY / "docs/decisions").glob("*.md")):
        title = path.read_text().splitlines()[0].removeprefix("# ")
        entries.append(f"- [{title}](../decisions/{path.name})")
    return page("Decisions", "\n".join(entries))


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def api() -> str:
    """Every operation of port 8083 that the OpenAPI document has."""
    parts = []
    told = document("")
    for path, methods in told["paths"].items():
        for method, found in methods.items():
            parts += [f"## {method.upper()} {path}", found["summary"], found.get("description", "")]
            rows = [
                f"| `{one['name']}` | {one['in']} | {allowed(one['schema'])} |" for one in found.get("parameters", [])
            ]
            parts.append("\n".join(["| parameter | in | |", "|---|---|---|", *rows]) if rows else "")
            parts.append(answers(found["responses"]["200"]["content"]))
    intro = (
        "What port 8083 answers beside MCP, from the document at `/openapi.json`, written from the shapes that "
        "answers are encoded from. "
        "A key goes in `Authorization: Bearer KEY`. A refusal is "
        '`{"error": {"message", "type", "param", "code"}}`.'
    )
    shapes = [shape(name, found) for name, found in told["components"]["schemas"].items()]
    return page("Port 8083", intro, *filter(None, parts), "## Shapes", *shapes)


def answers(content: dict[str, Any]) -> str:
    """The shapes of an answer, each a link to its fields."""
    given = [one for media in content.values() for one in media["schema"].get("anyOf", [media["schema"]])]
    names = [one["$ref"].rsplit("/", 1)[-1] for one in given if "$ref" in one]
    return f"Answers {' or '.join(f'[{name}](#{name.lower()})' for name in names)}." if names else ""


def shape(name: str, found: dict[str, Any]) -> str:
    """The fields of one shape with what they mean."""
    rows = [f"| `{key}` | {cell(says)} |" for key, says in fields_of(found)]
    return "\n\n".join([f"### {name}", found["description"], "\n".join(["| field | |", "|---|---|", *rows])])


def fields_of(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, field in found["properties"].items():
        inner = [one["$ref"].rsplit("/", 1)[-1] for one in references(field)]
        links = ", ".join(f"[{one}](#{one.lower()})" for one in inner)
        yield key, f"{field['description']} {links}".strip()


def references(field: Any) -> Iterator[dict[str, Any]]:
    """Where a field's schema names other shapes."""
    if isinstance(field, dict):
        if "$ref" in field:
            yield field
        for one in field.values():
            yield from references(one)
    elif isinstance(field, list):
        for one in field:
            yield from references(one)


def allowed(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "integer":
        return f"{schema['minimum']} to {schema['maximum']}"
    return f"`{schema['pattern']}`" if "pattern" in schema else schema.get("description", "text")


def schema(found: dict[str, Any]) -> str:
    """A JSON schema, for editors and for nix/schema.nix."""
    return json.dumps(found, indent=1) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "api.md": api,
    "configuration.schema.json": lambda: schema(config_schema()),
    "policy.schema.json": lambda: schema(msgspec.json.schema(Policy)),
    "commands.md": commands,
    "configuration.md": configuration,
    "decisions.md": decisions,
    "rules.md": rules,
    "tools.md": tools,
    **{f"rules/{file.stem}.md": partial(rules_of, file) for file in RULE_FILES},
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(write())
        print(folder / name)


if __name__ == "__main__":
    main()
