"""Figures for whoever watches the server: names of routes and statuses, nothing of what was asked.

With several processes each writes its figures to files in a folder that ``serve`` names in the
environment before this is loaded; whichever is asked adds them up.
"""

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from archsearch.entrypoints.http.serving import FOLDER

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """Counts requests."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "archsearch_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "archsearch_request_seconds",
            "Time from a request's arrival to its answer's end.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._running = Gauge(
            "archsearch_requests_running",
            "Requests under way.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def began(self) -> None:
        """Count a request that has come."""
        self._running.inc()

    def ended(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that is answered."""
        self._running.dec()
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Write the figures of all processes."""
        if not os.environ.get(FOLDER):
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # it has no annotations
        return generate_latest(together)
