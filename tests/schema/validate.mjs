// Checks JSON documents against a draft-07 JSON Schema with ajv, strictly, formats included.
// Usage: node validate.mjs SCHEMA FILE...    exit status: 0 all valid, 1 some invalid, 2 usage
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const [schemaPath, ...paths] = process.argv.slice(2);
if (!schemaPath || paths.length === 0) {
  console.error("usage: node validate.mjs SCHEMA FILE...");
  process.exit(2);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    console.error(`${path}: cannot be read as JSON: ${error.message}`);
    process.exit(2);
  }
}

const ajv = addFormats(new Ajv({ strict: true, strictRequired: false, allErrors: true }));
let validate;
try {
  validate = ajv.compile(readJson(schemaPath));
} catch (error) {
  console.error(`${schemaPath}: not a strict draft-07 schema: ${error.message}`);
  process.exit(2);
}

let invalid = 0;
for (const path of paths) {
  if (validate(readJson(path))) continue;
  ++invalid;
  for (const { instancePath, message, params } of validate.errors) {
    console.error(`${path}: ${instancePath || "/"} ${message} ${JSON.stringify(params)}`);
  }
}
process.exitCode = invalid === 0 ? 0 : 1;  // exit() would cut off a long stderr
