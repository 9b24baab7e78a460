"""Takes from this process all that reading a file does not need: memory, time, files, other processes, the network. For good, without
being root. What is left: to reckon, and to speak on the one socket that it was given."""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
from typing import Final

MEMORY: Final = 512 * 1024 * 1024  # bytes of address space
NICE: Final = 10  # whoever reads letters goes first

# Numbers of system calls. All others fail with EPERM: what a library tries in vain (fonts, time zones) it has to do without.
_X86_64: Final = """
    read 0 write 1 close 3 fstat 5 poll 7 lseek 8 mmap 9 mprotect 10 munmap 11 brk 12 rt_sigaction 13 rt_sigprocmask 14 rt_sigreturn 15
    readv 19 writev 20 sched_yield 24 mremap 25 madvise 28 nanosleep 35 getpid 39 exit 60 gettimeofday 96 getrusage 98 sigaltstack 131
    gettid 186 futex 202 restart_syscall 219 clock_gettime 228 clock_getres 229 clock_nanosleep 230 exit_group 231 getrandom 318
    membarrier 324 rseq 334
"""
_ARM_64: Final = """
    close 57 lseek 62 read 63 write 64 readv 65 writev 66 ppoll 73 fstat 80 exit 93 exit_group 94 futex 98 nanosleep 101
    clock_gettime 113 clock_getres 114 clock_nanosleep 115 sched_yield 124 restart_syscall 128 sigaltstack 132 rt_sigaction 134
    rt_sigprocmask 135 rt_sigreturn 139 getrusage 165 gettimeofday 169 getpid 172 gettid 178 brk 214 munmap 215 mremap 216 mmap 222
    mprotect 226 madvise 233 getrandom 278 membarrier 283 rseq 293
"""
_CALLS: Final = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _ARM_64)}  # AUDIT_ARCH_… of <linux/audit.h>
# <linux/prctl.h>, <linux/seccomp.h>, <linux/filter.h>
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_MODE_FILTER: Final = 2
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050001, 0x7FFF0000  # _REFUSE: with EPERM


def leashed() -> None:
    """Ends with the parent, however that ends. Linux; elsewhere the closed socket is the only sign."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def confine() -> bool:
    """Returns whether system calls are filtered, too: Linux on x86-64 and 64-bit ARM, where the kernel allows it."""
    os.nice(NICE)
    limits = [
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_NPROC, 0),
    ]
    for which, limit in limits:
        with contextlib.suppress(ValueError, OSError):  # macOS does not know them all
            resource.setrlimit(which, (limit, limit))
    return _filtered()


def _filtered() -> bool:
    machine = _CALLS.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        return False
    program = _program(*machine)
    held = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))  # struct sock_fprog
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_char_p(head), 0, 0)


def _program(architecture: int, calls: str) -> bytes:
    """A program for the kernel's filter (BPF): these calls pass, others are refused; another architecture's numbers would mean others."""
    numbers = [int(word) for word in calls.split() if word.isdecimal()]
    lines = [(_LOAD, 0, 0, 4), (_EQUALS, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    lines += [(_EQUALS, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    lines += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
