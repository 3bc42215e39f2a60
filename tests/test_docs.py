"""The documentation cannot lie: what it names exists, and what exists is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.docs_pages import FOLDER, PAGES, resolve
from stillwatch.cli.families import FAMILIES
from stillwatch.config import config_schema
from stillwatch.install.table import units
from stillwatch.serve.api.openapi import document
from stillwatch.tools.tool import HostLooks

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text()
TEXTS = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")])


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text() == PAGES[name](), "run scripts/docs --no-picture"


@pytest.mark.parametrize("text", [pytest.param(path, id=str(path.relative_to(REPOSITORY))) for path in TEXTS])
def test_links_lead_somewhere(text: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text.read_text())
    assert not [target for target in targets if "://" not in target and not (text.parent / target).exists()]


@pytest.mark.parametrize("text", [pytest.param(path, id=str(path.relative_to(REPOSITORY))) for path in TEXTS])
def test_scripts_and_commands_named_exist(text: Path) -> None:
    source = text.read_text()
    scripts = set(re.findall(r"\bscripts/([a-z_-]+)", source))
    assert not [
        name for name in scripts if not any((REPOSITORY / "scripts" / name).exists() for name in (name, f"{name}.py"))
    ]
    commands = set(re.findall(r"`(?:\.venv/bin/)?stillwatch ([a-z]+)", source))
    assert commands <= set(FAMILIES)


def test_the_readme_keeps_to_one_command_and_one_that_is_optional() -> None:
    tried = README.split("## Try it")[1].split("## ")[0]
    assert re.findall(r"```bash\n(.*?)\n```", tried, re.DOTALL) == ["scripts/try", "scripts/demo port"]


def test_the_readme_names_what_pip_needs() -> None:
    for package in ("python3-venv", "python3-dev", "gcc", "pkg-config", "libsystemd-dev"):
        assert package in README


def test_every_configuration_section_is_documented() -> None:
    page = (FOLDER / "configuration.md").read_text()
    for name in config_schema()["$defs"]["Config"]["properties"]:
        assert f"`{name}" in page


def described(schema: dict[str, Any], node: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each key below a table, dotted, with its sentence."""
    for name, entry in resolve(schema, node)["properties"].items():
        inner = resolve(schema, entry)
        if inner.get("type") == "object":
            yield from described(schema, inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", entry.get("description", "")


def test_every_configuration_key_has_a_sentence() -> None:
    schema = config_schema()
    assert not [key for key, says in described(schema, schema) if not says.endswith((".", "!"))]


def test_every_argument_of_a_look_says_what_it_is() -> None:
    catalogue = HostLooks(reader=None).catalogue()  # type: ignore[arg-type]
    arguments = {
        f"{tool} {name}": argument.get("description", "")
        for tool, told in catalogue.items()
        for name, argument in told["arguments"].get("properties", {}).items()
    }
    assert len(arguments) > 10 and not [name for name, says in arguments.items() if not says]


def test_every_field_of_every_answer_has_a_sentence() -> None:
    shapes = document("1")["components"]["schemas"]
    told = {
        f"{shape} {name}": field.get("description", "")
        for shape, found in shapes.items()
        for name, field in found["properties"].items()
    }
    assert len(told) > 100 and not [name for name, says in told.items() if not says.endswith((".", "…"))]


SAFETY = (REPOSITORY / "docs/safety.md").read_text()


def test_every_safety_rule_names_tests_that_exist() -> None:
    rules = re.findall(r"^- \*\*R(\d+)\*\* (.+?)^  Tests: (.+?)$", SAFETY, re.M | re.S)
    assert [int(number) for number, *_ in rules] == list(range(1, len(rules) + 1))
    for number, says, tests in rules:
        named = re.findall(r"\]\(\.\./(tests/[^)]+\.py)\)", tests)
        assert says.strip() and named and all((REPOSITORY / name).is_file() for name in named), f"R{number}"


def test_every_safety_rule_that_the_code_cites_is_explained() -> None:
    known = set(re.findall(r"^- \*\*(R\d+)\*\*", SAFETY, re.M))
    cited = {
        rule
        for folder in ("src", "tests")
        for path in (REPOSITORY / folder).rglob("*.py")
        for rule in re.findall(r"\bR[1-9]\d?\b(?=[),;: ]|$)", path.read_text())
    }
    assert len(known) >= 44 and cited <= known


def test_the_glossary_and_the_picture_name_the_rooms_and_processes_that_there_are() -> None:
    page = (REPOSITORY / "docs/architecture.md").read_text()
    rooms = {
        path.name
        for path in (REPOSITORY / "src/stillwatch").iterdir()
        if path.is_dir() and (path / "__init__.py").is_file()
    }
    assert not {room for room in rooms if f"`{room}/`" not in page}
    services = {unit.partition(".")[0].rstrip("@") for unit in units() if unit.endswith(".service")}
    assert not {service for service in services if service not in page}
    words = ("trigger", "incident", "tier", "look", "evidence", "action", "gate", "autonomy", "cause", "policy")
    assert not [word for word in words if f"**{word}**" not in page.lower()]
