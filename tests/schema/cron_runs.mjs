// When croner, a cron library that is not muster's, runs a line.
// Usage: node cron_runs.mjs < CASES
//   CASES: one line each, LINE|ZONE|FROM|UNTIL; the answer is one line each, the runs r with
//   FROM < r <= UNTIL as 2026-03-29T01:00:00Z, with blanks between them.
import { readFileSync } from "node:fs";
import { Cron } from "croner";

const cases = readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const text of cases) {
  const [line, zone, from, until] = text.split("|");
  const cron = new Cron(line, { timezone: zone, paused: true });
  const end = new Date(until);
  const runs = [];
  for (let run = cron.nextRun(new Date(from)); run && run <= end; run = cron.nextRun(run)) {
    runs.push(run.toISOString().replace(".000Z", "Z"));
  }
  console.log(runs.join(" "));
}
