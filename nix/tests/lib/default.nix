# As much of nixpkgs' `lib` as nix/module.nix and its tests need, so that they are evaluated where there is no nixpkgs.
# Names and meanings are those of nixpkgs; with NIXPKGS_LIB=DIR (nix/tests/default.nix) the real one takes its place.
let
  basics = import ./basics.nix;
  options = import ./options.nix { lib = basics; };
  types = import ./types.nix { lib = basics // options // modules; };
  modules = import ./modules.nix { lib = basics // options // { inherit types; }; };
in
basics // options // modules // { inherit types; }
