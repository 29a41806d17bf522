"""archsearch: find the right customer in a Chinese archive, strictly inside your scope."""

from typing import TYPE_CHECKING, Any

from archsearch.version import VERSION

if TYPE_CHECKING:
    from archsearch.domain.screening import Entry
    from archsearch.entrypoints.archive import Archive, init, open  # noqa: A004 - see there

__all__ = ["Archive", "Entry", "init", "open"]
__version__ = VERSION


def __getattr__(name: str) -> Any:
    # Loaded when used: a command such as `archsearch --help` should not wait for numpy.
    if name in __all__:
        from archsearch.entrypoints import archive  # noqa: PLC0415 - see above

        return getattr(archive, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
