"""Real snapshots that look as if they had been taken over days: their manifests are backdated."""
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

SUFFIX = ".manifest.json"


def artifacts(folder):
    """Committed snapshots below `folder`."""
    found = (str(path)[:-len(SUFFIX)] for path in Path(folder).rglob("*" + SUFFIX) if not path.name.startswith("."))
    return sorted(Path(path) for path in found)


def manifest_of(artifact):
    return Path(str(artifact) + SUFFIX)


def backdate(artifact, days):
    """The snapshot was taken so many days ago, a minute before this time of the day."""
    manifest = json.loads(manifest_of(artifact).read_text())
    taken = datetime.now(timezone.utc) - timedelta(days=days, minutes=1)
    manifest["createdAt"] = taken.strftime("%Y-%m-%dT%H:%M:%SZ")
    manifest_of(artifact).write_text(json.dumps(manifest))


def take_each_day(case, database, folder, days, name="shop"):
    """One backup for each number of days ago, named after it: shop-07.sqlite."""
    Path(folder).mkdir(exist_ok=True)
    out = {}
    for day in days:
        out[day] = Path(folder) / f"{name}-{day:02}.sqlite"
        case.passes("backup", database, out[day], "--name", name)
        backdate(out[day], day)
    return out


def apply_each_day(case, policy, store, days):
    """The same by runs of a policy, which prove each; `days` from the oldest to the newest."""
    out = {}
    for day in days:
        before = set(artifacts(store))
        case.passes("apply", policy)
        [out[day]] = set(artifacts(store)) - before
        backdate(out[day], day)
    return out
