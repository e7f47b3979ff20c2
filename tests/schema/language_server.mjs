// Asks the yaml-language-server, over stdio as an editor does, what it makes of policies that name a schema.
// Usage: node language_server.mjs FOLDER < REQUESTS    REQUESTS: [{ "file", "text", "complete": [line, column], "hover": [line, column] }]
// Prints for each its diagnostics, and what it completes and hovers there; exit status: 0 answered, 1 not, 2 usage
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const PATIENCE = 120_000;  // ms for one answer, on a machine with much else to do

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node language_server.mjs FOLDER < REQUESTS");
  process.exit(2);
}

const main = createRequire(import.meta.url).resolve("yaml-language-server");  // …/yaml-language-server/out/server/src/index.js
const program = join(main.slice(0, main.lastIndexOf("yaml-language-server/")), "yaml-language-server/bin/yaml-language-server");

/** Speaks JSON-RPC with one server process; whoever waits for what never comes is told so. */
class Server {
  #process = spawn(process.execPath, [program, "--stdio"], { cwd: dirname(program), stdio: ["pipe", "pipe", "inherit"] });
  #received = Buffer.alloc(0);
  #answers = new Map();
  #number = 0;
  #waiting = new Set();
  published = new Map();  // uri -> [version, diagnostics]

  constructor() {
    this.#process.stdout.on("data", (piece) => this.#take(piece));
    this.#process.on("exit", (status) => this.#waiting.forEach((fail) => fail(new Error(`the server ended with status ${status}`))));
    this.#process.on("error", (error) => this.#waiting.forEach((fail) => fail(error)));
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.#process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#process.stdin.write(body);
  }

  #take(piece) {
    this.#received = Buffer.concat([this.#received, piece]);
    while (true) {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.subarray(0, end).toString())[1]);
      if (this.#received.length < end + 4 + length) return;
      const message = JSON.parse(this.#received.subarray(end + 4, end + 4 + length).toString());
      this.#received = this.#received.subarray(end + 4 + length);
      this.#handle(message);
    }
  }

  #handle(message) {
    if (message.method === "textDocument/publishDiagnostics") {
      this.published.set(message.params.uri, message.params.diagnostics);
      this.onPublished?.(message.params.uri);
    } else if (message.method && message.id !== undefined) {
      // Settings it asks for: the defaults, without the catalogue of schemas that lies on the network.
      const items = message.params?.items ?? [];
      const settings = { yaml: { schemaStore: { enable: false }, validate: true, completion: true, hover: true } };
      this.#send({ id: message.id, result: message.method === "workspace/configuration" ? items.map(({ section }) => settings[section] ?? null) : null });
    } else if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    }
  }

  #await(what, begin) {
    return new Promise((resolve, reject) => {
      const fail = (error) => (clearTimeout(timer), this.#waiting.delete(fail), reject(error));
      const timer = setTimeout(() => fail(new Error(`no answer to ${what} within ${PATIENCE / 1000} s`)), PATIENCE);
      this.#waiting.add(fail);
      begin((value) => (clearTimeout(timer), this.#waiting.delete(fail), resolve(value)));
    });
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  async ask(method, params) {
    const id = ++this.#number;
    const answer = await this.#await(method, (done) => {
      this.#answers.set(id, done);
      this.#send({ id, method, params });
    });
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  /** Opens a document and waits for what the server finds in it. */
  diagnose(uri, text) {
    return this.#await(`the diagnostics of ${uri}`, (done) => {
      this.onPublished = (published) => published === uri && done(this.published.get(uri));
      this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    });
  }

  async stop() {
    await this.ask("shutdown", null);
    this.notify("exit", null);
  }

  kill() {
    this.#process.kill("SIGKILL");
  }
}

const plain = (documentation) => (typeof documentation === "string" ? documentation : documentation?.value ?? "");

async function look(server, request) {
  const uri = pathToFileURL(resolve(folder, request.file)).href;
  const at = ([line, character]) => ({ textDocument: { uri }, position: { line, character } });
  const answer = { diagnostics: (await server.diagnose(uri, request.text)).map(({ range, message }) => ({ line: range.start.line, message })) };
  if (request.complete) {
    const found = await server.ask("textDocument/completion", at(request.complete));
    answer.completion = Object.fromEntries((found.items ?? found).map(({ label, documentation }) => [label, plain(documentation)]));
  }
  if (request.hover) answer.hover = plain((await server.ask("textDocument/hover", at(request.hover)))?.contents);
  return answer;
}

const server = new Server();
try {
  await server.ask("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(resolve(folder)).href,
    capabilities: { workspace: { configuration: true }, textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } }, hover: { contentFormat: ["markdown"] } } },
  });
  server.notify("initialized", {});
  const answers = [];
  for (const request of JSON.parse(readFileSync(0, "utf8"))) answers.push(await look(server, request));
  await server.stop();
  console.log(JSON.stringify(answers, null, 2));
} catch (error) {
  console.error(`language_server: ${error.message}`);
  process.exitCode = 1;
} finally {
  server.kill();
}
