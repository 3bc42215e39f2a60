# Stillwatch from nixpkgs' own Python packages. Its models are run by pkgs.llama-cpp, so the engine from PyPI is left out.
{ lib, python3 }:
let
  stillwatch = python3.pkgs.buildPythonPackage {
    pname = "stillwatch";
    version = (lib.importTOML ../pyproject.toml).project.version;
    pyproject = true;
    src = ../.;

    build-system = [ python3.pkgs.setuptools ];
    pythonRemoveDeps = [ "xllamacpp" ];
    pythonRelaxDeps = true;
    dependencies = with python3.pkgs; [
      aiohttp
      apprise
      cryptography
      dbus-fast
      hyperscan
      mcp
      msgspec
      psutil
      rich
      segno
      starlette
      systemd-python
      uvicorn
    ] ++ lib.optional (lib.versionOlder python3.version "3.14") python3.pkgs.backports-zstd;

    # The tests boot machines and need a network of their own; scripts/test runs them.
    doCheck = false;
    pythonImportsCheck = [ "stillwatch.cli.main" "stillwatch.gate.main" ];

    # The interpreter that the services run: `python3 -I -m stillwatch …`.
    passthru.python = python3.withPackages (_: [ stillwatch ]);

    meta = {
      description = "The system administrator that lives on the machine it looks after";
      license = lib.licenses.asl20;
      mainProgram = "stillwatch";
      platforms = lib.platforms.linux;
    };
  };
in
stillwatch
