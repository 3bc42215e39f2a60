from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import ON_CI
from tests.support.nix import Nix, missing


@pytest.fixture(scope="session")
def nix(tmp_path_factory: pytest.TempPathFactory) -> Nix:
    if problem := missing():
        pytest.fail(problem) if ON_CI else pytest.skip(problem)
    return Nix(tmp_path_factory.mktemp("nix"))


@pytest.fixture(scope="session")
def rendered(nix: Nix) -> dict[str, Any]:
    """What a NixOS has of the module with nothing but `enable`."""
    return nix.render()
