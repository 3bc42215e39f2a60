# The table of services that Debian's units come from, too (src/stillwatch/install/table.py): a unit is its `as` sets,
# one after another, and then what stands below its own name.
{ lib }:
let
  table = lib.importTOML ../src/stillwatch/install/services.toml;
  whole = told:
    let parts = map (set: table.sets.${set}) (told.as or [ ]) ++ [ (removeAttrs told [ "as" ]) ];
    in lib.genAttrs (lib.concatMap lib.attrNames parts)
      (section: lib.foldl' (found: part: found // (part.${section} or { })) { } parts);
in
{
  inherit (table) ports users groups directories;
  units = lib.mapAttrs (_: whole) table.units;
  nixos = lib.mapAttrs (_: whole) table.nixos;
}
