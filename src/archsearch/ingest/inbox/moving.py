"""Giving a file another name that nobody has: one dropped there meanwhile is not written over."""

import ctypes
import errno
import os
from functools import cache
from typing import Any, Final

_NO_REPLACE: Final = 1
_UNABLE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})
"""What systems and shares answer that cannot promise it."""


def rename_new(name: str, new_name: str, folder: int, other: int) -> None:
    """Rename a file from one open folder into another.

    Where the file system cannot see to it itself, there is a moment between looking and renaming.

    Raises:
        FileExistsError: The name is taken.
        OSError: It cannot be renamed.
    """
    asked = _renameat2()
    old, new = os.fsencode(name), os.fsencode(new_name)
    if asked is not None and asked(folder, old, other, new, _NO_REPLACE) == 0:
        return
    number = ctypes.get_errno() if asked is not None else errno.ENOSYS
    if number not in _UNABLE:
        raise OSError(number, os.strerror(number))
    if _is_there(new_name, other):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=other)


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@cache
def _renameat2() -> Any:
    """Find the system's own way; Python has no name for it."""
    found = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if found is not None:
        found.argtypes = (
            ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint,
        )  # fmt: skip
    return found
