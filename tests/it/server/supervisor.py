"""Runs one server for as long as stdin is open.

The test process holds the other end of stdin, so the server ends with it however it ends: passed, failed, panicked,
or killed. Then the folder goes too. While it runs, stdin takes one command a line and stdout answers each with a line:

    start   -> started PID
    kill    -> killed           (SIGNAL to the whole group, the folder stays)
    status  -> running | ended CODE

SIGNAL is the one that ends the server at once. The server runs as the owner of the folder.

usage: supervisor.py FOLDER SIGNAL COMMAND [ARGUMENT...]
"""

import os
import shutil
import signal
import subprocess
import sys

folder, end, command = sys.argv[1], signal.Signals[sys.argv[2]], sys.argv[3:]
owner = os.stat(folder).st_uid
server = None


def start():
    global server
    log = open(os.path.join(folder, "server.log"), "ab")
    # A session of its own: no Ctrl-C of the terminal reaches it, and the group can be killed as one.
    server = subprocess.Popen(
        command, cwd=folder, user=owner, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )
    return f"started {server.pid}"


def kill():
    if server is not None and server.poll() is None:
        os.killpg(server.pid, end)
        server.wait()
    return "killed"


def status():
    code = server.poll()
    return "running" if code is None else f"ended {code}"


# Only the closed pipe ends the supervisor. Handlers, not SIG_IGN, which the server would inherit.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *_: None)

try:
    for line in sys.stdin:
        answer = {"start": start, "kill": kill, "status": status}[line.strip()]()
        print(answer, flush=True)
finally:
    kill()
    shutil.rmtree(folder, ignore_errors=True)
