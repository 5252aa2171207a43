"""Runs a program in a pseudo terminal of 80 columns: pseudo-terminal.py ANSWERS PROGRAM ARGUMENT...

ANSWERS is JSON: [[text, keys], ...]. Each text is waited for, then the keys are typed. What the program prints is
printed here; its exit code is ours, or 3 where it ended before it was asked all.
"""
import fcntl
import json
import os
import pty
import struct
import sys
import termios

answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))

printed = b""
seen = 0
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    printed += chunk
    while answers and printed.find(answers[0][0].encode(), seen) >= 0:
        text, keys = answers.pop(0)
        seen = printed.find(text.encode(), seen) + len(text.encode())
        os.write(terminal, keys.encode())

sys.stdout.buffer.write(printed)
sys.stdout.flush()
_, status = os.waitpid(pid, 0)
sys.exit(3 if answers else os.waitstatus_to_exitcode(status))
