"""A small service that has a database open and answers from it, with programs that start and stop it.

Written into the folder of a case: `service.py` serves, `start.py` and `stop.py` are what a policy names.
"""
import os
import signal
import socket
import time
from pathlib import Path

SERVE = """
import json, sqlite3, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
database = sqlite3.connect(sys.argv[1])
count = lambda: database.execute("SELECT count(*) FROM item").fetchone()[0]
count()
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"items": count()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[2])), Answer).serve_forever()
"""

START = """
import os, subprocess, sys
open("calls", "a").write("start\\n")
print("KEY is", os.environ.get("SHOP_KEY", "not told"))
if os.path.exists("refuse-start"):
    sys.exit("the unit is masked")
try:
    os.kill(int(open("service.pid").read()), 0)
except OSError:
    served = subprocess.Popen([sys.executable, "service.py", sys.argv[1], sys.argv[2]],
                              stdin=subprocess.DEVNULL, stdout=open("log", "a"), stderr=subprocess.STDOUT, start_new_session=True)
    open("service.pid", "w").write(str(served.pid))
"""

STOP = """
import os, signal, sys, time
open("calls", "a").write("stop\\n")
print("KEY is", os.environ.get("SHOP_KEY", "not told"))
if os.path.exists("refuse-stop"):
    print("it is busy")
    sys.exit(5)
try:
    pid = int(open("service.pid").read())
    os.kill(pid, signal.SIGTERM)
    while open(f"/proc/{pid}/stat").read().split()[2] != "Z":
        time.sleep(0.01)
except OSError:
    pass
if os.path.exists("service.pid"):
    os.remove("service.pid")
"""


def write_programs():
    for name, text in (("service.py", SERVE), ("start.py", START), ("stop.py", STOP)):
        Path(name).write_text(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pid():
    """Of the service, where it runs."""
    try:
        number = int(Path("service.pid").read_text())
        state = Path(f"/proc/{number}/stat").read_text().split()[2]
    except OSError:
        return None
    return None if state == "Z" else number


def end():
    if number := pid():
        os.kill(number, signal.SIGKILL)
        while pid():
            time.sleep(0.01)


def holds(database):
    """The inode that the service has open as its database, and that of the path."""
    number = pid()
    opened = [os.stat(each).st_ino for each in Path(f"/proc/{number}/fd").iterdir() if os.path.realpath(each).startswith(os.path.realpath(database))]
    return opened and opened[0] == os.stat(database).st_ino
