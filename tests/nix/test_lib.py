"""nix/tests/lib means what nixpkgs' library means. With NIXPKGS_LIB=DIR the same is asked of the real one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.nix import Nix, NixProblem

pytestmark = pytest.mark.process
OPTION = "options.a = lib.mkOption { type = TYPE; };"


def evaluated(kind: str, *definitions: str, more: str = "") -> str:
    """The value of the option `a` of a type, of these definitions in modules of their own."""
    modules = " ".join(f"({{ lib, config, ... }}: {{ a = {one}; }})" for one in definitions)
    return f"(lib.evalModules {{ modules = [ {{ {OPTION.replace('TYPE', kind)} {more} }} {modules} ]; }}).config.a"


def config(nix: Nix, kind: str, *definitions: str, more: str = "") -> Any:
    expression = evaluated(kind, *definitions, more=more)
    return nix.evaluate(f"let t = {nix.tests()}; inherit (t) lib; in with lib; with lib.types; {expression}")


NAMED = "attrsOf (submodule ({ name, ... }: { options.x = mkOption { default = name; }; }))"
PLAIN = "submodule { options.x = mkOption { default = 3; type = int; }; }"
FREE = "submodule { freeformType = attrsOf int; options.x = mkOption { type = str; }; }"
FREE_SETS = "submodule { freeformType = attrsOf (attrsOf int); }"
VALUES = [
    ("int", ["3"], 3),
    ("int", ["mkDefault 3", "4"], 4),
    ("int", ["4", "mkForce 5", "mkForce 5"], 5),
    ("int", ["mkIf false 3", "mkIf true 4"], 4),
    ("int", ["mkMerge [ (mkIf false 1) (mkDefault 2) ]"], 2),
    ("int", ["mkIf true (mkForce 6)", "7"], 6),
    ("bool", ["true", "true"], True),
    ("listOf int", ["[ 1 ]", "mkBefore [ 0 ]", "mkAfter [ 9 ]", "[ 2 ]"], [0, 2, 1, 9]),
    ("listOf int", ["[ 1 (mkIf false 2) ]"], [1]),
    ("listOf int", ["mkDefault [ 1 ]", "[ 2 ]"], [2]),
    ("attrsOf int", ["{ x = 1; }", "{ y = 2; }", "mkIf false { z = 3; }"], {"x": 1, "y": 2}),
    ("attrsOf int", ["{ x = mkDefault 1; }", "{ x = 2; }"], {"x": 2}),
    ("attrsOf (listOf int)", ["{ x = [ 1 ]; }", "{ x = [ 2 ]; }"], {"x": [2, 1]}),
    ("nullOr int", ["null"], None),
    ("nullOr (listOf int)", ["[ 1 ]", "[ 2 ]"], [2, 1]),
    ("either int str", ['"x"'], "x"),
    ("oneOf [ int str bool ]", ["true"], True),
    ('enum [ "x" 3 ]', ["3"], 3),
    ("lines", ['"x"', '"y"'], "y\nx"),
    ("anything", ["{ x.y = 1; }", "{ x.z = [ 2 ]; }"], {"x": {"y": 1, "z": [2]}}),
    ("path", ['"/x"'], "/x"),
    ('strMatching "a+"', ['"aa"'], "aa"),
    (PLAIN, ["{ }"], {"x": 3}),
    (PLAIN, ["{ x = 4; }", "{ }"], {"x": 4}),
    (NAMED, ["{ q = { }; }"], {"q": {"x": "q"}}),
    (FREE, ['{ x = "s"; y = 1; }', "{ z = 2; }"], {"x": "s", "y": 1, "z": 2}),
    (FREE_SETS, ["{ y.a = 1; }", "{ y.b = mkDefault 2; }"], {"y": {"a": 1, "b": 2}}),
]  # fmt: skip


def test_definitions_become_one_value(nix: Nix) -> None:
    each = " ".join(f"({evaluated(kind, *definitions)})" for kind, definitions, _ in VALUES)
    found = nix.evaluate(f"let t = {nix.tests()}; inherit (t) lib; in with lib; with lib.types; [ {each} ]")
    for (kind, definitions, value), one in zip(VALUES, found, strict=True):
        assert one == value, (kind, definitions)


UNDEFINED = r"was accessed but has no value defined|is used but not defined"
"""The words of newer and of older releases."""
PROBLEMS = [
    ("int", ['"x"'], "is not of type"),
    ("int", ["1", "2"], "conflicting definition values"),
    ("int", [], UNDEFINED),
    ("listOf int", [], UNDEFINED),
    ("nullOr int", [], UNDEFINED),
    ("ints.between 1 3", ["4"], "is not of type"),
    ("ints.positive", ["0"], "is not of type"),
    ("ints.unsigned", ["-1"], "is not of type"),
    ("port", ["65536"], "is not of type"),
    ("path", ['"x"'], "is not of type"),
    ("listOf int", ['[ "x" ]'], "is not of type"),
    ("attrsOf int", ['{ x = "y"; }'], "`a.x' is not of type"),
    ("nullOr int", ["null", "1"], "both null and not null"),
    ("submodule { options.x = mkOption { type = int; default = 1; }; }", ["{ y = 1; }"], "`a.y' does not exist"),
    ("submodule { freeformType = attrsOf int; }", ['{ y = "s"; }'], "is not of type"),
    ("raw", ["1", "2"], "defined multiple times"),
    ("anything", ["{ x = [ 1 ]; }", "{ x = [ 2 ]; }"], "conflicting definition"),
    ("package", ["{ }"], "is not of type"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "definitions", "said"), PROBLEMS)
def test_what_cannot_be_is_said(nix: Nix, kind: str, definitions: list[str], said: str) -> None:
    with pytest.raises(NixProblem) as problem:
        config(nix, kind, *definitions)
    assert re.search(said, " ".join(str(problem.value).split()))


def test_modules_import_one_another_and_see_the_whole(nix: Nix) -> None:
    other = "{ options.b = lib.mkOption { type = lib.types.int; default = 1; apply = x: x + 1; }; config.b = 4; }"
    assert config(nix, "int", "config.b", more=f"imports = [ {other} ];") == 5


def test_lists_have_first_what_is_deeper_and_what_is_later(nix: Nix) -> None:
    more = "config.a = [ 2 ]; imports = [ { a = [ 1 ]; } { a = [ 3 ]; imports = [ { a = [ 5 ]; } ]; } ];"
    assert config(nix, "listOf int", "[ 4 ]", more=more) == [5, 3, 1, 4, 2]


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("{ b = 1; }", "`b' does not exist"),
        ("{ options = { }; b = 1; }", "unsupported attribute `b'"),
        ("{ options.a = lib.mkOption { type = lib.types.str; }; }", "already declared"),
        ("{ lib }: { config.a = lib.mkForce 1; }", "called with unexpected argument"),
        ("{ nothing, ... }: { config.a = nothing; }", "nothing"),
    ],
)
def test_modules_that_are_wrong_are_named(nix: Nix, module: str, said: str) -> None:
    more = "config.a = lib.mkDefault 1;" if "nothing" not in module else ""
    with pytest.raises(NixProblem) as problem:
        config(nix, "int", more=f"imports = [ ({module}) ]; {more}")
    assert said in " ".join(str(problem.value).split())
