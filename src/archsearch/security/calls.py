"""Giving up system calls: a process that decodes what anybody made keeps those that it needs.

Limits of the system alone keep a process from opening files, but not from deleting or renaming
them, from ending other processes, or from becoming another program. Linux can (``seccomp(2)``);
what is given up is given up for good.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple


class _Machine(NamedTuple):
    """What a kind of processor calls its system calls; ``audit`` is its name in filters."""

    audit: int
    seccomp: int
    numbers: Mapping[str, int]


_X86: Final = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10,
    "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
    "pread64": 17, "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28,
    "nanosleep": 35, "getpid": 39, "exit": 60, "gettimeofday": 96, "sigaltstack": 131,
    "gettid": 186, "futex": 202, "restart_syscall": 219, "clock_gettime": 228,
    "clock_nanosleep": 230, "exit_group": 231, "getrandom": 318, "rseq": 334,
    "sendto": 44, "recvmsg": 47,
}  # fmt: skip
_ARM: Final = {
    "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "mmap": 222, "mprotect": 226,
    "munmap": 215, "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
    "pread64": 67, "readv": 65, "writev": 66, "sched_yield": 124, "mremap": 216, "madvise": 233,
    "nanosleep": 101, "getpid": 172, "exit": 93, "gettimeofday": 169, "sigaltstack": 132,
    "gettid": 178, "futex": 98, "restart_syscall": 128, "clock_gettime": 113,
    "clock_nanosleep": 115, "exit_group": 94, "getrandom": 278, "rseq": 293,
    "sendto": 206, "recvmsg": 212,
}  # fmt: skip
_MACHINES: Final = {
    "x86_64": _Machine(0xC000003E, 317, _X86),
    "aarch64": _Machine(0xC00000B7, 277, _ARM),
}
_KEPT: Final = tuple(name for name in _X86 if name not in {"sendto", "recvmsg"})
_NO_NEW_PRIVILEGES: Final = 38
_SET_FILTER: Final = 1
_ALL_THREADS: Final = 1
_LOAD: Final = 0x20
_IF_EQUAL: Final = 0x15
_RETURN: Final = 0x06
_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
"""Where in what a filter looks at these stand."""
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_KILL: Final = 0x80000000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def give_up_calls(*others: str) -> bool:
    """Keep no system calls but those of computing, and of reading and writing what is open.

    Args:
        others: Calls that are kept besides.

    Returns:
        False where this system has no way to do so. Else all threads of the process have.
    """
    machine = _MACHINES.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    kept = [machine.numbers[name] for name in (*_KEPT, *others)]
    steps = _filter(machine.audit, kept)
    program = _Program(len(steps) // struct.calcsize("HBBI"), steps)
    if library.prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0))) != 0:
        return False
    how = map(ctypes.c_ulong, (machine.seccomp, _SET_FILTER, _ALL_THREADS))
    return bool(library.syscall(*how, ctypes.byref(program)) == 0)


def _filter(audit: int, numbers: Iterable[int]) -> bytes:
    """Write the filter: a call that is none of these fails as one that is not permitted."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        # The same number means another call to another kind of program.
        (_IF_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in sorted(numbers):
        steps += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps.append((_RETURN, 0, 0, _REFUSE))
    return b"".join(struct.pack("HBBI", *step) for step in steps)
