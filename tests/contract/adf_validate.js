// Checks ADF documents by the JSON schema of @atlaskit/adf-schema: a document a line in, "" or what is wrong a line out.
// node adf_validate.js NODE_MODULES
const modules = process.argv[2];
const Ajv = require(modules + "/ajv-draft-04").default;
const schema = require(modules + "/@atlaskit/adf-schema/dist/json-schema/v1/full.json");
const validate = new Ajv({ strict: false, allErrors: false }).compile(schema);

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const valid = validate(JSON.parse(line));
    const error = valid ? null : validate.errors[validate.errors.length - 1];
    console.log(valid ? "" : `${error.instancePath} ${error.message}`);
  });
