# nix/module.nix evaluated without nixpkgs: `render { services.stillwatch = { … }; }` gives what a NixOS would have of it.
# NIXPKGS_LIB=DIR: with the real library of a checkout of nixpkgs. python: the interpreter's package, where it is run.
{ python ? "" }:
let
  real = builtins.getEnv "NIXPKGS_LIB";
  lib = if real == "" then import ./lib else import (/. + real);
  pkgs = import ./pkgs.nix { inherit lib python; };
in
rec {
  inherit lib pkgs;
  evaluate = module: lib.evalModules {
    modules = [ ./nixos.nix ../module.nix module ];
    specialArgs = { inherit pkgs; };
  };
  render = module: (evaluate module).config.rendered;
  # The derivation that checks and holds stillwatch.toml and policy.toml.
  files = module: lib.head (evaluate module).config.systemd.services.stillwatch.restartTriggers;

  # Every option of ours: name, type and description, those of submodules too.
  options =
    let
      walk = options: lib.concatLists (lib.mapAttrsToList (name: option:
        if name == "_module" then [ ]
        else if option._type or "" == "option" then
          (let below = option.type.getSubOptions option.loc; in
          [ { name = lib.concatStringsSep "." option.loc; type = option.type.description; description = option.description; } ]
          ++ walk (removeAttrs below [ "_freeformOptions" ]))
        else walk option) options);
    in
    walk (evaluate { }).options.services.stillwatch;
}
