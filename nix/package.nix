# Stillwatch from nixpkgs' own Python packages. Its models are run by pkgs.llama-cpp, so the engine from PyPI is left out.
{ lib, python3 }:
let
  # nixpkgs has the second version of mcp in the first one's place or beside it. 2.2 was tried, too.
  versions = [ python3.pkgs.mcp ] ++ lib.optional (python3.pkgs ? mcp_2) python3.pkgs.mcp_2;
  mcp = lib.head (lib.filter (one: lib.versionAtLeast one.version "2.2") versions
    ++ [ (throw "Stillwatch needs the Python package mcp 2.2 or later, and this nixpkgs has ${python3.pkgs.mcp.version}: take a newer nixpkgs.") ]);

  stillwatch = python3.pkgs.buildPythonPackage {
    pname = "stillwatch";
    version = (lib.importTOML ../pyproject.toml).project.version;
    pyproject = true;
    src = ../.;

    build-system = [ python3.pkgs.setuptools ];
    pythonRemoveDeps = [ "xllamacpp" ];
    pythonRelaxDeps = [ "mcp" ];
    dependencies = [ mcp ] ++ (with python3.pkgs; [
      aiohttp
      apprise
      cryptography
      dbus-fast
      hyperscan
      msgspec
      psutil
      rich
      segno
      starlette
      systemd-python
      uvicorn
    ]) ++ lib.optional (lib.versionOlder python3.version "3.14") python3.pkgs.backports-zstd;

    # The tests boot machines and need a network of their own; scripts/test runs them.
    doCheck = false;
    pythonImportsCheck = [ "stillwatch.cli.main" "stillwatch.gate.main" "stillwatch.serve.mcp.server" "stillwatch.watch.prefilter" ];

    # The interpreter that the services run: `python3 -I -m stillwatch …`.
    passthru.python = python3.withPackages (_: [ stillwatch ]);

    meta = {
      description = "The system administrator that lives on the machine it looks after";
      license = lib.licenses.asl20;
      mainProgram = "stillwatch";
      platforms = [ "x86_64-linux" ]; # nixpkgs' Python package of hyperscan is for it alone
    };
  };
in
stillwatch
