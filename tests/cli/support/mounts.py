"""Real small file systems; they need root."""
import subprocess
import tempfile


def mount_disk(case, place, size):
    """A disk of `size` bytes at the folder `place`, until the test ends; where none can be mounted the test is skipped."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, text=True)
    if done.returncode != 0:
        case.skipTest(f"no file system can be mounted here, run it as root: {done.stderr.strip()}")
    case.addCleanup(subprocess.run, ["umount", "-l", place.absolute()], check=True)


def make_read_only(place):
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)


def may_mount():
    with tempfile.TemporaryDirectory() as place:
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True).returncode != 0:
            return False
        subprocess.run(["umount", place], check=True)
    return True
