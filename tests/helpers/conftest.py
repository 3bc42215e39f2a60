"""A policy file and a state folder of the test's own; everything else is the real kernel."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import config_test, goodcopy, policyfile
from tests.support.nixos_host import CONFIGURATION, NixosHost, arrange, built


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes the policy file."""
    file = tmp_path / "policy.toml"
    monkeypatch.setattr(policyfile, "POLICY", file)
    monkeypatch.setattr(goodcopy, "STATE", tmp_path / "act")
    monkeypatch.setattr(
        config_test, "ask", lambda name: config_test.handle({"do": "test", "name": name, "folders": []})["passed"]
    )

    def write(text: str) -> Path:
        file.write_text(text)
        return file

    return write


def declare(host: NixosHost, policy: Callable[[str], Path]) -> NixosHost:
    configuration = host.folder / "etc/nixos/configuration.nix"
    policy(f'[[nixos]]\nkeep = 2\nconfiguration = "{configuration}"\n')
    configuration.write_text(CONFIGURATION)
    shutil.rmtree(configuration.parent / "stillwatch", ignore_errors=True)
    return host


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> NixosHost:
    return built(tmp_path_factory.mktemp("nixos"))


@pytest.fixture
def host(shared: NixosHost, monkeypatch: pytest.MonkeyPatch, policy: Callable[[str], Path]) -> NixosHost:
    """One for all tests that leave its generations as they were."""
    return declare(arrange(shared, monkeypatch), policy)


@pytest.fixture
def own_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Callable[[str], Path]) -> NixosHost:
    return declare(arrange(built(tmp_path), monkeypatch), policy)
