"""Rehearsals by a policy, a small application for them, and what must be left of each: nothing.

`app.py`, written into the folder of a case, serves a database over HTTP; its third word says how it misbehaves.
"""
import hashlib
import json
import os
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from support.databases import make, tree, wait_until
from support.muster import Case

PYTHON = sys.executable

APP = """
import json, os, signal, socketserver, sqlite3, subprocess, sys, time
from http.server import BaseHTTPRequestHandler
how = sys.argv[3] if len(sys.argv) > 3 else "well"
if how == "exits":
    sys.exit("the app cannot start: its settings are missing")
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if how == "forks":
    # In a session of its own, with another name, deaf to SIGTERM: nobody would find it by a group.
    subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"], start_new_session=True)
if how == "damages":
    with open(sys.argv[1], "r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(b"overwritten" * 9)
database = sqlite3.connect(sys.argv[1], isolation_level=None)

class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_GET(self):
        where, _, what = self.path.strip("/").partition("/")
        if where == "health":
            if how == "unhealthy":
                return self.answer(503, {"error": "the caches are cold"})
            self.answer(200, {"items": database.execute("SELECT count(*) FROM item").fetchone()[0], "secret": os.environ.get("APP_WORD", "")})
            if how == "dies":
                os._exit(9)
        elif where == "items":
            row = database.execute("SELECT id, name FROM item WHERE name = ?", (what,)).fetchone()
            self.answer(*((200, {"id": row[0], "name": row[1]}) if row else (404, {"error": "there is no such item"})))
        elif where == "slow":
            time.sleep(float(what))
            self.answer(200, {"slept": what})
        else:
            self.answer(404, {"error": "there is no such page"})

    def do_POST(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/items":
            added = database.execute("INSERT INTO item(name, padding) VALUES(?, zeroblob(10))", (json.loads(sent)["name"],)).lastrowid
            return self.answer(201, {"id": added})
        self.answer(200, {"method": self.command, "sent": json.loads(sent) if sent else None, "token": self.headers.get("X-Greeting")})

    do_PUT = do_DELETE = do_POST

    def log_message(self, *_):
        pass

# As all servers do where they want to be started again at once; and no look-up of names.
socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("127.0.0.1", int(sys.argv[2])), Answer).serve_forever()
"""


def app(database="{restored}", how="well", within="10s", name="app"):
    """The app as a service of a drill."""
    return (f'{name}: {{ start: ["{PYTHON}", app.py, "{{{database.strip("{}")}}}", "{{{name}.port}}", {how}], stop_within: 500ms,'
            f' environment: {{ APP_WORD: "of {{seed}}" }},'
            f' healthy: {{ http: {{ get: "{{{name}}}/health" }}, expect: {{ json: {{ /items: ">= 1" }} }}, within: {within} }} }}')


def processes_of(state):
    """Those of muster runs with that state directory, and what they started: ids with command lines."""
    mark, out = f"XDG_STATE_HOME={state}\0".encode(), {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes() + b"\0":
                out[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            pass  # it has ended
    return out


def reseal(artifact):
    """Manifest and hash file made anew, as whoever forges a backup would."""
    data = Path(artifact).read_bytes()
    manifest = Path(f"{artifact}.manifest.json")
    told = json.loads(manifest.read_text()) | {"checksumSha256": hashlib.sha256(data).hexdigest(), "bytesWritten": len(data)}
    told["pageCount"] = len(data) // told["pageSize"]
    manifest.write_text(json.dumps(told))
    hashes = Path(f"{artifact}.sha256")
    if hashes.exists():
        hashes.write_text(f"{told['checksumSha256']}  {Path(artifact).name}\n")


def amend(artifact, **told):
    """Other words in the manifest."""
    manifest = Path(f"{artifact}.manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | told))


def sql(database, *statements):
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def overwrite(path, place=4096, what=b"overwritten" * 9):
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(what)


def read_events(path):
    """The whole lines of --events so far."""
    try:
        lines = Path(path).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines[:-1]]


def has_begun(events, name, part="step"):
    return any(each["kind"] == "act_started" and (each["act"]["part"], each["act"]["name"]) == (part, name) for each in events)


def has_ended(events, name, part="step"):
    return any(each["kind"] == "act_finished" and (each["act"]["part"], each["act"]["name"]) == (part, name) for each in events)


class Drills(Case):
    """A case with a database, the app and a policy; every drill is held to leave nothing and to change nothing."""
    TARGET = ""

    def setUp(self):
        super().setUp()
        Path("app.py").write_text(APP)
        make("shop.db", ["known", "tea", "two"], "WAL")
        self.addCleanup(self.end_what_is_left)

    def end_what_is_left(self):
        for pid in processes_of(self.state):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass

    def write_policy(self, drills, target=None, snapshot="{}"):
        """`drills` as the policy holds them, indented by two; `target` are further lines of the target."""
        Path("policy.yaml").write_text(f"""
muster: 1
name: shop
stores: {{ near: {{ local: backups }} }}
targets:
  shop:
    sqlite: shop.db
{self.TARGET if target is None else target}
protect: {{ always: {{ targets: [shop], stores: [near], snapshot: {snapshot} }} }}
drills:
{drills}
""")

    def back_up(self):
        """A snapshot by the policy; the artifact."""
        ran = self.muster("apply", "policy.yaml", "--only", "snapshot", "--only", "verify")
        self.assertIn(ran.status, (0, 4), ran)  # 4: of what was before, such as a drill that failed
        self.assertEqual({each["status"] for each in ran.document["outcomes"]}, {"done"}, ran)
        return max(Path(str(each).removesuffix(".manifest.json")) for each in Path("backups").rglob("*.manifest.json"))

    def production(self):
        """All files but those of the state directory, with their bytes and times."""
        out = {}
        for path in Path(".").iterdir():
            if path.is_dir() and path.name != "state":
                out |= {f"{path}/{name}": what for name, what in tree(path).items() if what[0] != "folder"}
            elif path.is_file():
                status = path.stat()
                out[path.name] = (hashlib.sha256(path.read_bytes()).hexdigest(), status.st_mode, status.st_uid, status.st_mtime_ns)
        return out

    def drill(self, *names, status=0, changes=(), words=()):
        """The outcomes by drill, of a run that ends with `status`. Nothing but `changes` is another file afterwards."""
        before = self.production()
        ran = self.muster("drill", "policy.yaml", *names, *words)
        self.assertEqual(ran.status, status, ran)
        self.check_nothing_left()
        after = self.production()
        for path in changes:
            before.pop(path, None), after.pop(path, None)
        self.assertEqual(after, before, "the drill has changed files that are not its own")
        self.assertEqual(ran.document["outcomes"], self.records[-1]["outcomes"], "the record is not what the answer says")
        self.ran = ran
        return {each["step"].split(":")[1]: each for each in ran.document["outcomes"]}

    def check_nothing_left(self):
        self.assertEqual(processes_of(self.state), {}, "processes are left")
        self.assertEqual(self.sandboxes(), [], "sandboxes are left")

    def sandboxes(self):
        return sorted((self.state / "muster/sandboxes").glob("*"))

    def holds(self, name, **more):
        """The drill passes; its outcome."""
        outcome = self.drill(name, **more)[name]
        drilled = outcome["drilled"]
        self.assertEqual((outcome["status"], drilled["status"], drilled["passed"], drilled["sandbox_removed"]),
                         ("done", "completed", True, True), self.ran)
        self.assertIn(f"PASSED      drill:{name}", self.ran.out)
        for each in outcome["findings"]:
            self.assertNotEqual((each["severity"], each["verdict"]), ("error", "bad"), each)
        return outcome

    def breaks(self, name, act=None, finding=None, saying="", is_now="failed", status=4, **more):
        """The drill fails at `act` and with the `finding`, which say why in words of people; its outcome."""
        outcomes = self.drill(*([name] if isinstance(name, str) else name), status=status, **more)
        outcome = outcomes[name if isinstance(name, str) else name[-1]]
        drilled = outcome["drilled"]
        self.assertEqual((drilled["status"], drilled["passed"], drilled["sandbox_removed"]), (is_now, False, True), self.ran)
        self.assertNotEqual(outcome["status"], "done", self.ran)
        self.assertNotIn(f"PASSED      {outcome['step']}", self.ran.out)
        told = [outcome.get("trouble", {}).get("message", "")]
        if act:
            [bad] = [each for each in drilled["steps"] if each["name"] == act and each["status"] != "completed"]
            told.append(bad["told"])
        if finding:
            found = [each for each in outcome["findings"] if each["code"] == finding and each["verdict"] == "bad"]
            self.assertTrue(found, f"no finding {finding} is bad: {self.ran}")
            told += [f"{each['reason']} (expected {each.get('expected')}, found {each.get('actual')}) {each.get('check', '')}" for each in found]
        self.assertTrue(any(saying in each for each in told), f"nothing says '{saying}': {told}\n{self.ran}")
        return outcome

    def start_drill(self, *words):
        """A muster under way, and where its events go."""
        events = Path(os.environ["HOME"]) / f"{self.folder.name}-events-{time.monotonic_ns()}"
        process = self.start(*words, "--events", events)
        self.addCleanup(events.unlink, missing_ok=True)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process, events

    def await_act(self, process, events, name, part="step"):
        """Returns as soon as that act has begun, or the run is over."""
        begun = wait_until(lambda: has_begun(read_events(events), name, part) or process.poll() is not None)
        self.assertTrue(begun, f"the act {name} never began: {read_events(events)}")


def act_of(outcome, name, part="step"):
    [act] = [each for each in outcome["drilled"]["steps"] if (each["name"], each["part"]) == (name, part)]
    return act


def story(outcome):
    """The acts in their order, each as part/name, with its status where that is not completed."""
    return [f"{each['part']}/{each['name']}" + ("" if each["status"] == "completed" else f" {each['status']}")
            for each in outcome["drilled"]["steps"]]


def verdicts(outcome, code):
    return {each["verdict"] for each in outcome["findings"] if each["code"] == code}
