// Prints what @asyncapi/parser finds wrong with a document, one line each:  node asyncapi_validate.mjs PARSER_FOLDER DOCUMENT
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, document] = process.argv.slice(2);
const { Parser } = createRequire(import.meta.url)(folder);
const errors = 0; // of the severities: error, warning, information, hint
for (const finding of await new Parser().validate(readFileSync(document, "utf8")))
  if (finding.severity === errors) console.log(`${finding.path.join("/")}: ${finding.message}`);
