// What LibreChat's own schema makes of the librechat.yaml on stdin: prints {given, taken} or {given, problems}.
import { readFileSync } from "node:fs";
import { configSchema } from "librechat-data-provider";
import yaml from "js-yaml";

const given = yaml.load(readFileSync(0, "utf8"));
const { success, data, error } = configSchema.strict().safeParse(given);
console.log(JSON.stringify(success ? { given, taken: data } : { given, problems: error.issues }));
