"""Runs a program on a terminal of its own, 80 columns wide, with what somebody types; prints what it shows.

    terminal.py TYPED PROGRAM [ARGUMENT ...]
"""

import fcntl
import os
import pty
import struct
import sys
import termios

typed, program = sys.argv[1].encode(), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(program[0], program)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
os.write(terminal, typed)
while True:
    try:
        shown = os.read(terminal, 65536)
    except OSError:  # the program has closed its side
        break
    if not shown:
        break
    sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
