# The packages that nix/module.nix uses. What it builds is a real derivation, so that a test can have it built.
{ lib, python }:
let
  storePath = name: "/nix/store/${lib.concatStrings (lib.genList (_: "0") 32)}-${name}";
  package = name: attrs: { type = "derivation"; inherit name; outPath = storePath name; } // attrs;
  llama = name: package name { meta.mainProgram = "llama-server"; override = set: llama "llama-cpp-${lib.concatStrings (lib.attrNames set)}"; };
  text = value:
    if lib.isAttrs value then "{ ${lib.concatStringsSep ", " (lib.mapAttrsToList (key: one: "${builtins.toJSON key} = ${text one}") value)} }"
    else if lib.isList value then "[ ${lib.concatMapStringsSep ", " text value} ]"
    else builtins.toJSON value;
in
rec {
  llama-cpp = llama "llama-cpp";
  callPackage = file: _: package "stillwatch" { meta.mainProgram = "stillwatch"; python = if python == "" then package "python3-stillwatch" { } else package "python" { outPath = python; }; };
  other = name: package name { python = package "python3-${name}" { }; };
  writeText = builtins.toFile;
  runCommand = name: attrs: script: derivation (attrs // {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/bash";
    args = [ "-euc" "${script}\n:" ]; # the shell itself ends last: Nix kills what has closed its output and still runs
    PATH = "/usr/bin:/bin";
  });
  formats.toml = _: {
    type = let value = with lib.types; oneOf [ bool int float str path (attrsOf value) (listOf value) ] // { description = "TOML value"; }; in value;
    generate = name: value: writeText name (lib.concatStrings (lib.mapAttrsToList (key: one: "${builtins.toJSON key} = ${text one}\n") value));
  };
}
