// Checks manifests of Kubernetes against the types of its API, every object in a file.
// Usage: node kubernetes.mjs FILE...    exit status: 0 all valid, 1 some not, 2 usage
import { readFileSync } from "node:fs";
import { CronJob } from "kubernetes-models/batch/v1";
import { parseAllDocuments } from "yaml";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node kubernetes.mjs FILE...");
  process.exit(2);
}

const kinds = { "batch/v1 CronJob": CronJob };

function validate(text) {
  for (const document of parseAllDocuments(text)) {
    if (document.errors.length > 0) throw document.errors[0];
    const object = document.toJS();
    const kind = kinds[`${object?.apiVersion} ${object?.kind}`];
    if (!kind) throw new Error(`no known kind: ${object?.apiVersion} ${object?.kind}`);
    new kind(object).validate();
  }
}

for (const file of files) {
  try {
    validate(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
  }
}
