"""The documentation cannot lie: what it names exists, and what exists is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.docs_pages import FOLDER, PAGES
from stillwatch.cli.families import FAMILIES
from stillwatch.config import config_schema

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
