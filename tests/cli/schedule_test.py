#!/usr/bin/env python3
"""[ST-10] [AZ-06] `muster schedule`: the next runs, and timers for other programs to start them."""
import plistlib
import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
import unittest

from support.muster import MUSTER, Case

POLICY = """
muster: 1
name: finance-dr
owner: dba@example.org
timezone: Europe/Berlin
calendar: {{ holidays: [01-01] }}
stores: {{ near: {{ local: {folder}/backups }} }}
targets:
  finance: {{ sqlite: {folder}/finance.db, rpo: 5h }}
  tenants: {{ sqlite: "{folder}/tenants/*.db" }}
protect:
  finance:
    targets: [finance]
    schedule: {{ every: 4h, jitter: 5m }}
    stores: [near]
  tenants:
    targets: [tenants]
    schedule: {{ cron: "15 2 * * *", window: "01:00-05:00" }}
    stores: [near]
maintain:
  nightly: {{ targets: {{ kind: sqlite }}, schedule: {{ cron: "30 3 * * *" }}, repair: safe }}
drills:
  monthly:
    scenario: restore-smoke
    targets: [finance]
    schedule: {{ monthly: first business day, at: "06:00" }}
  always: {{ scenario: restore-smoke, targets: [finance] }}
reports: {{ handoff: {{ markdown: {folder}/reports/handoff.md }} }}
audit: {{ state: {folder}/state-of-finance }}
"""

MARK = "made by 'muster schedule export'"
SCHEDULED = ["protect.finance", "protect.tenants", "maintain.nightly", "drills.monthly"]
WINTER = "2026-11-30T00:00:00Z"


class Schedule(Case):
    def setUp(self):
        super().setUp()
        Path("policy.yaml").write_text(POLICY.format(folder=self.folder))

    def next(self, *words):
        return self.passes("schedule", "next", "policy.yaml", *words).document

    def export(self, format, *words):
        return self.passes("schedule", "export", "policy.yaml", "--format", format, *words)

    def files(self, format, *words):
        return {file["name"]: file["text"] for file in self.export(format, *words).document["files"]}


class Next(Schedule):
    def test_runs_come_in_order_with_both_clocks(self):
        document = self.next("--after", WINTER, "--count", "60")
        runs = document["runs"]
        self.assertEqual((len(runs), document["timezone"], document["after"]), (60, "Europe/Berlin", WINTER))
        self.assertEqual([run["at"] for run in runs], sorted(run["at"] for run in runs))
        for run in runs:
            at, local = (datetime.fromisoformat(run[key].replace("Z", "+00:00")) for key in ("at", "local"))
            self.assertEqual(at, local)
            self.assertEqual(local.utcoffset(), timedelta(hours=1))
        self.assertEqual({run["job"] for run in runs}, set(SCHEDULED))
        self.assertEqual({run["target"] for run in runs if run["job"] == "maintain.nightly"}, {"finance", "tenants"})
        self.assertEqual(document["unscheduled"], ["drills.always"])

    def test_each_form_runs_when_it_says(self):
        runs = self.next("--after", WINTER, "--count", "60")["runs"]
        local = {job: [run["local"] for run in runs if run["job"] == job] for job in SCHEDULED}
        self.assertEqual(local["drills.monthly"][0], "2026-12-01T06:00:00+01:00")
        self.assertEqual(local["protect.tenants"][0], "2026-11-30T02:15:00+01:00")
        finance = [datetime.fromisoformat(time) for time in local["protect.finance"]]
        self.assertEqual({after - before for before, after in zip(finance, finance[1:])}, {timedelta(hours=4)})
        late = finance[0] - datetime.fromisoformat("2026-11-30T01:00:00+01:00")
        self.assertLess(late % timedelta(hours=4), timedelta(minutes=5))

    def test_the_first_ones_are_the_first_ones_of_more(self):
        """What is left out is later than what is shown."""
        many = self.next("--after", WINTER, "--count", "40")["runs"]
        self.assertEqual(self.next("--after", WINTER, "--count", "3")["runs"], many[:3])
        self.assertEqual(len(self.next()["runs"]), 10)

    def test_over_the_clock_change(self):
        runs = self.next("--after", "2027-03-27T12:00:00Z", "--count", "40")["runs"]
        tenants = [run["local"] for run in runs if run["job"] == "protect.tenants"]
        self.assertEqual(tenants[0], "2027-03-28T03:00:00+02:00")

    def test_text(self):
        ran = self.passes("schedule", "next", "policy.yaml", "--after", WINTER)
        lines = ran.out.splitlines()
        self.assertRegex(lines[0], r"^UTC +Europe/Berlin +job +target$")
        self.assertIn("2026-11-30 01:15:00  2026-11-30 02:15:00 +01:00  protect.tenants", ran.out)
        self.assertIn("drills.always", lines[-1])

    def test_bad_words(self):
        for words in (["--count", "0"], ["--count", "many"], ["--after", "tomorrow"], ["--format", "cron"], ["--out", "x"]):
            self.refused(8, "usage", "schedule", "next", "policy.yaml", *words)
        self.refused(8, "usage", "schedule", "last", "policy.yaml")


class Export(Schedule):
    def test_files_of_systemd(self):
        files = self.files("systemd")
        self.assertEqual(sorted(files), sorted(f"muster-finance-dr-{job}.{kind}" for job in SCHEDULED for kind in ("service", "timer")))
        timer = files["muster-finance-dr-protect.tenants.timer"]
        self.assertIn("OnCalendar=*-*-* 02:15:00 Europe/Berlin\n", timer)
        self.assertIn("OnCalendar=Sun *-03-25..31 03:00:00 Europe/Berlin\n", timer)
        self.assertIn("OnCalendar=*-*-* 00/4:00:00 UTC\n", files["muster-finance-dr-protect.finance.timer"])
        self.assertIn("RandomizedDelaySec=300000ms\n", files["muster-finance-dr-protect.finance.timer"])
        self.assertIn("OnCalendar=Mon..Fri *-*-01..04 06:00:00 Europe/Berlin\n", files["muster-finance-dr-drills.monthly.timer"])
        service = files["muster-finance-dr-protect.finance.service"]
        self.assertIn(f"ExecStart={MUSTER} apply {self.folder}/policy.yaml --job protect.finance --state {self.folder}/state-of-finance\n", service)
        for folder in ("backups", "reports", "state-of-finance"):
            self.assertIn(f"ReadWritePaths={self.folder}/{folder}\n", service)
        self.assertNotIn(f"ReadWritePaths={self.folder}/tenants\n", service)
        self.assertIn(f"ReadWritePaths={self.folder}\n", files["muster-finance-dr-maintain.nightly.service"])

    def test_systemd_takes_them(self):
        self.export("systemd", "--out", "units")
        ran = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, Path("units").iterdir())], capture_output=True, text=True)
        self.assertEqual((ran.returncode, [line for line in ran.stderr.splitlines() if "muster" in line]), (0, []))

    def test_cron_follows_the_clock_of_the_machine(self):
        ran = self.export("cron", "--clock", "Europe/Berlin")
        self.assertRegex(ran.out, rf"(?m)^15 2 \* \* \* {re.escape(MUSTER)} apply {self.folder}/policy.yaml --job protect.tenants ")
        self.assertRegex(self.export("cron", "--clock", "America/Lima").out, r"(?m)^15 \* \* \* \* .* --job protect.tenants ")
        self.assertRegex(self.export("cron", "--clock", "UTC").out, r"(?m)^0 \*/4 \* \* \* .* --job protect.finance ")
        checked = subprocess.run(["crontab", "-n", "-"], input=ran.out, capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_launchd(self):
        for name, text in self.files("launchd", "--clock", "Europe/Berlin").items():
            agent = plistlib.loads(text.encode())
            self.assertEqual(agent["Label"] + ".plist", name)
            self.assertEqual(agent["ProgramArguments"][:4], [MUSTER, "apply", f"{self.folder}/policy.yaml", "--job"])
            if name.endswith("drills.monthly.plist"):
                self.assertEqual(agent["StartCalendarInterval"], [{"Hour": 6, "Minute": 0, "Day": day} for day in (1, 2, 3, 4)])
            if name.endswith("protect.finance.plist"):
                self.assertEqual(agent["StartCalendarInterval"], [{"Minute": 0}])

    def test_kubernetes_is_one_file_for_a_pipe(self):
        ran = self.export("kubernetes")
        self.assertEqual(ran.out.count("\nkind: CronJob\n"), 5)  # 02:15 falls into a gap once a year
        self.assertIn('  schedule: "15 2 * * *"\n  timeZone: "Europe/Berlin"\n', ran.out)
        self.assertTrue(ran.out.startswith(f"# {MARK}"))

    def test_what_has_no_schedule_is_named_not_exported(self):
        for format in ("systemd", "cron", "launchd", "kubernetes"):
            ran = self.export(format)
            self.assertEqual(ran.document["unscheduled"], ["drills.always"])
            self.assertRegex(ran.out, r"(?m)^# .*not exported: drills\.always$")
            self.assertNotIn("drills.always", "".join(file["text"] for file in ran.document["files"]))

    def test_files_are_written_and_replaced(self):
        for format in ("systemd", "cron", "launchd", "kubernetes"):
            for _ in range(2):
                document = self.export(format, "--out", format).document
            for file in document["files"]:
                self.assertEqual(Path(file["path"]), self.folder / format / file["name"])
                self.assertEqual(Path(file["path"]).read_text(), file["text"])
                self.assertEqual(Path(file["path"]).stat().st_mode & 0o777, 0o644)
                self.assertIn(MARK, file["text"].splitlines()[0])

    def test_a_file_of_somebody_else_stays(self):
        taken = Path("units/muster-finance-dr-drills.monthly.timer")
        taken.parent.mkdir()
        taken.write_text(f"[Timer]\nOnCalendar=daily\n# {MARK}\n")
        self.refused(7, "target_exists", "schedule", "export", "policy.yaml", "--format", "systemd", "--out", "units")
        self.assertEqual([path.name for path in Path("units").iterdir()], [taken.name])
        self.assertTrue(taken.read_text().startswith("[Timer]"))

    def test_bad_words(self):
        for words in ([], ["--format", "windows"], ["--format", "cron", "--count", "3"]):
            self.refused(8, "usage", "schedule", "export", "policy.yaml", *words)
        self.assertNotEqual(self.muster("schedule", "export", "policy.yaml", "--format", "cron", "--clock", "Mars/Base").status, 0)

    def test_a_line_stays_a_line(self):
        """A name with a line break would be a line of its own in a crontab."""
        text = Path("policy.yaml").read_text().replace("name: finance-dr", 'name: "x\\n* * * * * true"')
        Path("policy.yaml").write_text(text)
        ran = self.muster("schedule", "export", "policy.yaml", "--format", "cron")
        self.assertEqual((ran.status, ran.out), (8, ""), ran)


if __name__ == "__main__":
    unittest.main()
