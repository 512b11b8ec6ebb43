"""Runs the emulator on a free port of the loopback interface until standard input closes.

The test process holds the other end: when it ends, however it ends, so does this one.
"""

import os
import sys
import threading

from moto.server import main


def end_with_standard_input():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_standard_input, daemon=True).start()
main(["-H", "127.0.0.1", "-p", "0"])
