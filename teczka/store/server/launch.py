"""Run as a script between us and PostgreSQL's programs: give up rights, tie the child's life to ours, become the program.

A script and not `preexec_fn`, because a fork of a process with threads may deadlock before exec. Standard library only; Python is
loaded before the rights are dropped, so it may lie where the database's user cannot go.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)
NOT_STARTED = 126  # exit status, as a shell's "found but cannot be run"


def main(uid: int, gid: int, parent: int, folder: str, program: str, *arguments: str) -> int:
    """Never returns where all goes well. uid -1 keeps the rights that we have."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    try:
        if uid >= 0:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        os.umask(0o077)
        os.chdir(folder)
        if libc is not None:
            # After the change of user, which clears it. SIGINT is PostgreSQL's fast, clean shutdown.
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != parent:
                return NOT_STARTED
        os.execv(program, [program, *arguments])
    except OSError as refused:
        os.write(2, f"{refused.strerror}: {refused.filename or program}\n".encode())
    return NOT_STARTED


if __name__ == "__main__":
    _, uid, gid, parent, folder, program, *arguments = sys.argv
    sys.exit(main(int(uid), int(gid), int(parent), folder, program, *arguments))
