# evalModules: modules with imports, options and config become one configuration.
{ lib }:
let
  inherit (builtins) attrNames filter functionArgs isAttrs isFunction length mapAttrs removeAttrs;
  inherit (lib) all any concatMap genAttrs head isOption map mergeDefinitions mkIf mkOptionDefault mkOverride optional showFiles showOption types unique;

  structural = [ "imports" "options" "config" "freeformType" "_file" "key" "meta" "disabledModules" "_module" ];

  # A module as written → { key, file, imports, options, config, freeform }.
  load = args: file: module:
    let
      read = if isFunction module || isAttrs module then module else import module;
      where = if isFunction module || isAttrs module then file else toString module;
      wanted = functionArgs read;
      given = if isFunction read then read (args // missing) else read;
      # an argument that nobody gives fails only when it is used
      missing = genAttrs (filter (name: !(args ? ${name}) && !wanted.${name}) (attrNames wanted))
        (name: throw "attribute '${name}' missing: no module argument of this name is given to ${where}");
      here = given._file or where;
      isFull = given ? config || given ? options;
      foreign = filter (name: !builtins.elem name structural) (attrNames given);
      isWrapped = given ? _type;
      own = {
        file = here;
        imports = map (each: { file = here; module = each; }) (given.imports or [ ]);
        key = if isFunction module || isAttrs module then null else toString module;
        options = given.options or { };
        config = if isWrapped then given else if isFull then given.config or { } else removeAttrs given structural;
        freeform = given.freeformType or null;
      };
    in
    if isFull && foreign != [ ] then
      throw "Module `${here}' has an unsupported attribute `${head foreign}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them into the explicit `config' attribute."
    else own;

  # All modules, each before what it imports: [{ file, module }] → [what `load` gives]. A file counts once.
  collect = args: seen: given:
    let
      loaded = map (one: load args one.file one.module) given;
      isKnown = all: one: one.key != null && any (other: other.key == one.key) all;
      known = lib.foldl' (found: one: if isKnown found one then found else found ++ [ one ]) seen loaded;
      fresh = lib.drop (length seen) known;
    in
    if fresh == [ ] then known else collect args known (concatMap (one: one.imports) fresh);

  # Definitions of a level with their properties pushed down to each name.
  pushDown = config:
    if config._type or "" == "merge" then concatMap pushDown config.contents
    else if config._type or "" == "if" then map (mapAttrs (_: mkIf config.condition)) (pushDown config.content)
    else if config._type or "" == "override" then map (mapAttrs (_: mkOverride config.priority)) (pushDown config.content)
    else [ config ];

  # decls: [{ file, options }], defs: [{ file, value }] → { options, config, unmatched }
  mergeLevel = prefix: decls: defs:
    let
      names = unique (concatMap (decl: attrNames decl.options) decls);
      level = genAttrs names (name:
        let
          loc = prefix ++ [ name ];
          declared = map (decl: { inherit (decl) file; options = decl.options.${name}; }) (filter (decl: decl.options ? ${name}) decls);
          defined = concatMap (def: optional (def.value ? ${name}) { inherit (def) file; value = def.value.${name}; }) defs;
          isLeaf = map (decl: isOption decl.options) declared;
        in
        if any (x: x) isLeaf then
          if !(all (x: x) isLeaf) || length declared > 1 then
            throw "The option `${showOption loc}' in ${showFiles (map (decl: decl.file) declared)} is already declared."
          else leaf loc (head declared).options (map (decl: decl.file) declared) defined
        else
          mergeLevel loc declared (concatMap (def: map (value: { inherit (def) file; inherit value; }) (pushDown def.value)) defined));
    in
    {
      options = mapAttrs (_: one: one.options) level;
      config = mapAttrs (_: one: one.config) level;
      unmatched =
        concatMap (name: level.${name}.unmatched) names
        ++ concatMap (def: map (name: { inherit prefix name; inherit (def) file; value = def.value.${name}; }) (filter (name: !(level ? ${name})) (attrNames def.value))) defs;
    };

  leaf = loc: option: files: defs:
    let
      type =
        if option.type.isEnable or false then types.bool
        else if option.type.isPackage or false then types.package
        else option.type or types.unspecified;
      all = optional (option ? default) { file = head files; value = mkOptionDefault option.default; } ++ defs;
      merged = mergeDefinitions loc type all;
      value = (option.apply or lib.id) merged.value;
    in
    {
      options = option // { inherit type loc value; inherit (merged) isDefined; definitions = defs; };
      config = if option.readOnly or false && length all > 1 then throw "The option `${showOption loc}' is read-only, but it's set multiple times." else value;
      unmatched = [ ];
    };
in
{
  evalModules = { modules, specialArgs ? { }, prefix ? [ ], ... }:
    let
      args = { inherit lib config options; } // specialArgs // { _module = { inherit args; }; };
      # What is deeper, and what is later, comes first in lists.
      loaded = lib.reverseList (collect args [ ] (map (module: { file = "<unknown-file>"; inherit module; }) modules));
      freeform = lib.foldl' (found: one: if one.freeform != null then one.freeform else found) null loaded;
      defs = concatMap (one: map (value: { inherit (one) file; inherit value; }) (pushDown one.config)) loaded;
      merged = mergeLevel prefix loaded defs;
      inherit (merged) options;
      free = (mergeDefinitions prefix freeform (map (one: { inherit (one) file; value = lib.setAttrByPath (lib.drop (length prefix) one.prefix ++ [ one.name ]) one.value; }) merged.unmatched)).value;
      first = head merged.unmatched;
      config =
        if merged.unmatched == [ ] then merged.config
        else if freeform != null then lib.recursiveUpdate free merged.config
        else throw "The option `${showOption (first.prefix ++ [ first.name ])}' does not exist. Definition values:\n- In `${toString first.file}': ${lib.shown first.value}";
    in
    { inherit config options; };
}
