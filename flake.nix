{
  description = "Stillwatch: the system administrator that lives on the machine it looks after";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" ]; # nixpkgs' Python package of hyperscan is for it alone
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      nixosModules.default = ./nix/module.nix;

      packages = each (pkgs: rec {
        stillwatch = pkgs.callPackage ./nix/package.nix { };
        default = stillwatch;
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ (pkgs.callPackage ./nix/package.nix { }) ];
          packages = [ pkgs.llama-cpp pkgs.ruff pkgs.mypy ];
        };
      });

      checks = each (pkgs: {
        package = pkgs.callPackage ./nix/package.nix { };
        machine = pkgs.testers.runNixOSTest ./nix/test.nix;
      });
    };
}
