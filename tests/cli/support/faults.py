"""One command, with a fault at one call that changes a file; what is left is judged, and the command run again.

The fault lies in a library beneath the unmodified binary (tests/support/fault_layer/fault.h)."""
import multiprocessing
import os
import re
import shutil
import time
import traceback
from pathlib import Path

from support.databases import change, content, family, make
from support.formats import ENCODED, write_key
from support.muster import KILLED, MUSTER, Case, leftovers

LAYER = Path(MUSTER).resolve().parent / "tests/libmuster_fault_layer.so"
# As the system says it, and as SQLite does.
REASONS = {"eio": ("Input/output error", "disk I/O error"), "enospc": ("No space left on device", "database or disk is full")}
OLD, NEW = ["one", "two"], ["one", "three", "two"]

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets: { shop: { sqlite: shop.db } }
protect: { always: { targets: [shop], stores: [near], verify: full, keep: { last: 1 } } }
"""

# Calls whose failure takes nothing from the answer: the work is done and durable before them, or another way is taken.
HARMLESS = [
    # A left-over of a run that is over is removed by the next run that meets it.
    r"unlink .*\.(lease|muster-claim|muster-partial)",
    # One that is over and not empty is still not locked.
    r"ftruncate .*\.lease",
    r"(unlink|remove|rmdir) state/muster/scratch/RUN",
    # What matters was synced before.
    r"close .*",
    # Not every file system has files without a name; a hidden one takes their place.
    r"open (\.|backups/shop|state/muster/(records|populations))",
    # SQLite asks for both and looks at neither answer; muster's own sync of a folder is an fsync.
    r"chown .*-(wal|shm|journal)", r"fdatasync \.",
]


def beneath(folder, order="", trace=""):
    """The environment that puts the layer beneath a command; only calls below `folder` count."""
    out = {"LD_PRELOAD": str(LAYER), "MUSTER_FAULT_BELOW": str(folder), "ASAN_OPTIONS": "verify_asan_link_order=0"}
    if order:
        out["MUSTER_FAULT"] = order
    if trace:
        out["MUSTER_FAULT_TRACE"] = str(trace)
    return out


def plain(path, folder):
    """A path of the trace without what differs from run to run."""
    path = path.replace(str(folder) + "/", "").replace(" (deleted)", "")
    path = "." if path == str(folder) else path
    path = re.sub(r"#\d+", "#nameless", path)
    path = re.sub(r"\d{8}T\d{6}Z(-\d+)?", "TIME", path)
    path = re.sub(r"(\.|-)[0-9a-f]{16,}|[0-9a-f]{16,}", "HASH", path)
    return re.sub(r"(scratch|sandboxes)/[^/]+", r"\1/RUN", path)


class Backup:
    """A first backup, of a database whose writer keeps a log."""
    extra, may_move = (), True

    def __init__(self):
        self.words = ("backup", "shop.db", "kept", *self.extra)

    def prepare(self, case):
        write_key()
        make("shop.db", NEW)

    def before(self):
        self.files = family("shop.db")

    def holds(self, case, artifacts):
        """What must be true at every moment, fault or not."""
        case.assertEqual(family("shop.db"), self.files, "the source has changed")
        case.assertIn(len(artifacts), (0, 1))

    def done(self, case, artifacts):
        self.holds(case, artifacts)
        case.assertEqual([names_in(case, each) for each in artifacts], [NEW])


class BackupEncoded(Backup):
    extra = ENCODED


class BackupVacuum(Backup):
    extra = ("--method", "vacuum")


class BackupOver(Backup):
    """--force over an older snapshot: that one or the new one is there, whole."""
    extra = ("--force",)

    def prepare(self, case):
        super().prepare(case)
        Path("shop.db").unlink()
        make("shop.db", OLD)
        case.passes("backup", "shop.db", "kept")
        change("shop.db", ["three"])

    def holds(self, case, artifacts):
        super().holds(case, artifacts)
        case.assertIn(names_in(case, "kept.sqlite"), (OLD, NEW), "neither the old nor the new snapshot is there")


class Restore:
    """To a place where nothing is."""
    extra, encoded, may_move = (), (), True

    def __init__(self):
        self.words = ("restore", "kept.sqlite" + (".zst.enc" if self.encoded else ""), "--to", "app.db", *self.extra)

    def prepare(self, case):
        write_key()
        make("shop.db", NEW)
        case.passes("backup", "shop.db", "kept", *self.encoded)

    def before(self):
        self.snapshot = family(self.words[1])

    def holds(self, case, artifacts):
        case.assertEqual(family(self.words[1]), self.snapshot, "the snapshot has changed")
        if Path("app.db").exists():
            case.assertEqual(names_in(case, "app.db"), NEW)

    def done(self, case, artifacts):
        self.holds(case, artifacts)
        case.assertTrue(Path("app.db").exists())


class RestoreEncoded(Restore):
    encoded, extra = ENCODED, ("--key", "file:key")


class RestoreOver(Restore):
    """Over a database: its rows are in it, or in a safety copy beside it."""
    extra, old, mode = ("--force",), sorted([*OLD, "lost"]), "WAL"

    def prepare(self, case):
        super().prepare(case)
        make("app.db", OLD, self.mode)
        change("app.db", ["lost"])

    def holds(self, case, artifacts):
        case.assertEqual(family(self.words[1]), self.snapshot, "the snapshot has changed")
        now = names_in(case, "app.db")
        case.assertIn(now, (self.old, NEW), "neither the old nor the new database")
        if now == NEW:
            copies = [names_in(case, each) for each in artifacts if ".pre-restore-" in each.name]
            case.assertIn(self.old, copies, "the former rows are nowhere")

    def done(self, case, artifacts):
        super().done(case, artifacts)
        case.assertEqual(names_in(case, "app.db"), NEW)


class RestoreInPlace(RestoreOver):
    extra = ("--force", "--in-place")


class RestorePages(RestoreInPlace):
    """The same where there is no log: only pages that differ are written, with a journal of muster's."""
    mode = "DELETE"


class Apply(Backup):
    """A run of a policy that copies, verifies and prunes the former snapshot."""
    may_move = False  # a proof holds for the place where the snapshot lies

    def __init__(self):
        self.words = ("apply", "policy.yaml")

    def prepare(self, case):
        Path("policy.yaml").write_text(POLICY)
        make("shop.db", OLD)
        case.passes(*self.words)
        change("shop.db", ["three"])

    def holds(self, case, artifacts):
        case.assertEqual(family("shop.db"), self.files, "the source has changed")
        case.assertTrue(artifacts, "no snapshot is left that may be restored")

    def done(self, case, artifacts):
        self.holds(case, artifacts)
        kept = [names_in(case, each) for each in artifacts]
        case.assertIn(kept, ([NEW], [NEW, NEW]))


COMMANDS = {each.__name__: each for each in (
    Backup, BackupEncoded, BackupVacuum, BackupOver, Restore, RestoreEncoded, RestoreOver, RestoreInPlace, RestorePages, Apply)}


def names_in(case, path):
    if str(path).endswith(".enc"):
        path = case.decoded(path)
    marker = 'INSERT INTO "item" VALUES('
    return sorted(line[len(marker):].split("'")[1] for line in content(path) if line.startswith(marker))


class Round(Case):
    """One command with one fault, in a copy of a folder where it is prepared."""

    def decoded(self, artifact):
        place = Path(os.environ["HOME"]) / (self.folder.name + "-decoded.db")
        place.unlink(missing_ok=True)
        self.passes("restore", artifact, "--to", place, "--key", "file:key", XDG_STATE_HOME=f"{place}-state")
        return place

    def lay_out(self, top, name):
        """A folder where the command is prepared, which each round copies."""
        template = Path(top) / f"{name}-template"
        self.enter(template)
        COMMANDS[name]().prepare(self)
        return template

    def take(self, template, folder, command):
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)
        if command.may_move:
            shutil.copytree(template, folder, symlinks=True)
        self.enter(folder)
        self.command = command
        if not command.may_move:
            command.prepare(self)
        command.before()

    def calls(self, template, command):
        """Every call of the undisturbed command, as (call, path)."""
        self.take(template, f"{template}-count", command)
        trace = Path(f"{template}-trace")
        self.passes(*command.words, **beneath(self.folder, trace=trace))
        lines = trace.read_text().splitlines()
        return [(line.split(" ", 2)[1], plain(line.split(" ", 2)[2], self.folder)) for line in lines]

    def whole(self):
        """The snapshots that may be restored; each other one calls itself unfinished."""
        out = []
        for artifact in sorted(Path(".").rglob("*.sqlite*")):
            if artifact.is_relative_to("state"):
                continue  # a scratch copy, which check_tidy() asks for
            if artifact.name.startswith(".") or not artifact.name.endswith((".sqlite", ".sqlite3", ".enc")):
                continue
            seen = self.muster("inspect", artifact, "--key", "file:key") if artifact.suffix == ".enc" else self.muster("inspect", artifact)
            if seen.status == 0:
                self.assertEqual(seen.document["state"], "complete", seen)
                out.append(artifact)
            else:
                self.assertEqual((seen.status, seen.document["state"]), (7, "unfinished"), seen)
        return out

    def strike(self, order, call):
        """Runs the command with the fault, judges what is left, and runs it again."""
        mode = order.split("@")[0]
        before = len(self.records)
        ran = self.muster(*self.command.words, **beneath(self.folder, order))
        dies = mode in ("kill", "torn")
        if dies:
            self.assertEqual(ran.status, KILLED, ran)
        else:
            self.judge_answer(ran, mode, call)
        self.settle(ran, before)

    def kill_after(self, delay):
        """The same with a SIGKILL at a moment; whether the command was still at work."""
        before = len(self.records)
        process = self.start(*self.command.words)
        time.sleep(delay)
        process.kill()
        ran = self.finish(process)
        self.assertIn(ran.status, (0, KILLED), ran)
        self.settle(ran, before)
        return ran.status == KILLED

    def settle(self, ran, before):
        """Judges what `ran` left, and runs the command again."""
        command = self.command
        command.holds(self, self.whole())
        if ran.status == 0:
            command.done(self, self.whole())
        left = [each for each in leftovers(".") if each.endswith(("-intent", "-swap"))]
        again = command.words
        if "--force" not in again and self.is_done():
            again = (*again, "--force")
        after = self.passes(*again)
        self.check_tidy()
        self.check_chain()
        self.check_journals()
        command.done(self, self.whole())
        if ran.status == KILLED and len(self.records) == before + 2 and self.records[-2]["status"] == "died":
            self.assertTrue(any("was killed" in each for each in after.document["found"]), after)
        for each in left:
            about = re.sub(r"^\.(.*)\.muster-[a-z]+$", r"\1", Path(each).name)
            self.assertTrue(any(about in note for note in after.document["found"]), f"nothing is said about {each}:\n{after}")

    def is_done(self):
        """Whether the fault came so late that the name is taken: the next run finishes what it finds there, and keeps it."""
        made = {"backup": list(Path(".").glob("kept.sqlite*")), "restore": list(Path(".").glob("app.db"))}
        return bool(made.get(self.command.words[0]))

    def judge_answer(self, ran, mode, call):
        said = ran.out + ran.err
        self.assertGreaterEqual(ran.status, 0, f"it crashed: {ran}")
        told = any(reason in said for reason in REASONS[mode])
        if ran.status == 0:
            went_on = told and any(each["code"] == "system_fault" for outcome in self.records[-1]["outcomes"] for each in outcome.get("findings", ()))
            if not went_on and not any(re.fullmatch(pattern, " ".join(call)) for pattern in HARMLESS):
                self.fail(f"the failure was passed over: {ran}")
            return
        self.assertIn(ran.status, (1, 3, 7, 10), ran)
        self.assertTrue(told, f"the reason is not told: {ran}")
        self.assertIn("next:", said, ran)


def play(top, name, order, call):
    """What went wrong, if anything did."""
    one = Round()
    folder = Path(top) / f"{name}-{order.replace('@', '-').replace('+', 'on')}"
    try:
        one.take(Path(top) / f"{name}-template", folder, COMMANDS[name]())
        one.strike(order, call)
    except Exception:
        return traceback.format_exc()
    shutil.rmtree(folder)
    return None


def play_all(case, name, choose):
    """Plays the orders that `choose` makes of the calls; each failure is a subtest."""
    case.assertTrue(LAYER.exists(), f"{LAYER} is not built; build the target muster_fault_layer")
    top = str(case.folder)
    one = Round()
    calls = one.calls(one.lay_out(top, name), COMMANDS[name]())
    os.chdir(top)
    case.assertGreater(len(calls), 30, "the layer sees nothing")
    rounds = [(top, name, f"{mode}@{number}{onwards}", calls[number - 1]) for mode, number, onwards in choose(calls)]
    with multiprocessing.get_context("fork").Pool(4) as pool:
        faults = pool.starmap(play, rounds)
    for (_, _, order, call), fault in zip(rounds, faults):
        if fault:
            with case.subTest(command=name, order=order, call=" ".join(call)):
                case.fail(fault)
    return len(rounds)
