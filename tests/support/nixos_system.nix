# A system of the shape of NixOS's: units, programs, files below /etc, and the script that switches to it.
{ told }:
let
  inherit (builtins.fromJSON told) units programs etc kernel switch;
  file = name: text: builtins.toFile (builtins.replaceStrings [ "@" ] [ "-" ] name) text;
  each = make: set: builtins.concatStringsSep "\n" (builtins.attrValues (builtins.mapAttrs make set));
in
derivation {
  name = "nixos-system-host-26.05";
  system = builtins.currentSystem;
  builder = "/bin/bash";
  PATH = "/usr/bin:/bin";
  args = [ "-euc" ''
    mkdir -p $out/etc/systemd/system $out/sw/bin $out/bin
    cp ${file "switch" switch} $out/bin/switch-to-configuration
    chmod 755 $out/bin/switch-to-configuration
    ln -s ${file "linux-${kernel}" "kernel"} $out/kernel
    ${each (name: text: "ln -s ${file "unit-${name}" text} $out/etc/systemd/system/${name}") units}
    ${each (name: version: "ln -s ${file "${name}-${version}" name} $out/sw/bin/${name}") programs}
    ${each (name: text: "ln -s ${file "etc-${name}" text} $out/etc/${name}") etc}
    : # the shell itself ends last: Nix kills a program that has closed its output and still runs
  '' ];
}
