// Checks Markdown with markdownlint's default rules, but for the length of lines: paths and tables have their own.
// Usage: node lint_markdown.mjs FILE...    exit status: 0 all clean, 1 some not, 2 usage
import { lint } from "markdownlint/sync";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node lint_markdown.mjs FILE...");
  process.exit(2);
}

const found = lint({ files, config: { default: true, MD013: false } });
for (const [file, errors] of Object.entries(found)) {
  for (const { lineNumber, ruleNames, ruleDescription, errorDetail } of errors) {
    console.error(`${file}:${lineNumber}: ${ruleNames.join("/")} ${ruleDescription}${errorDetail ? ` [${errorDetail}]` : ""}`);
    process.exitCode = 1;
  }
}
