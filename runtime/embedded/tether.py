"""Executes a command that ends with its parent: `python -I tether.py SIGNAL PARENT_PID COMMAND [ARGUMENT ...]`.

Linux sends SIGNAL to the command as soon as the thread that started it is gone, however that came about, `kill -9`
included (prctl(2), PR_SET_PDEATHSIG; it survives execve). It is asked for here, in a program of its own, because code
between fork and exec (`preexec_fn`) may deadlock in a parent with threads. Other systems have no such call: there the
next start ends what is left over.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def tether(signal_number: int, parent: int) -> None:
    """Ask the kernel for the signal. Exits if the parent went away before that, when no signal would come any more."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal_number) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit("the parent of this command has ended")


if __name__ == "__main__":
    tether(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606 - the command comes from our own process, no shell is involved
