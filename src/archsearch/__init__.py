"""archsearch: find the right customer in a Chinese archive, strictly inside your scope."""

from archsearch.entrypoints.archive import Archive, init, open  # noqa: A004 - see there

__all__ = ["Archive", "init", "open"]
__version__ = "0.1.0"
