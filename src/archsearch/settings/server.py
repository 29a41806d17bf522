"""What can be configured about the server."""

from dataclasses import dataclass, field

from archsearch.settings.binding import between


@dataclass(frozen=True, slots=True)
class RateSettings:
    """How much one token or session may ask for."""

    requests_a_minute: int = field(metadata=between(1, 1_000_000))
    burst: int = field(metadata=between(1, 100_000))


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The HTTP door: limits of a request, of a process, of a client."""

    https: bool
    hsts_days: int = field(metadata=between(0, 3650))
    trusted_proxies: tuple[str, ...]
    threads: int = field(metadata=between(1, 64))
    max_waiting: int = field(metadata=between(1, 100_000))
    max_body_kib: int = field(metadata=between(1, 1 << 20))
    body_seconds: int = field(metadata=between(1, 3600))
    answer_seconds: int = field(metadata=between(1, 3600))
    max_headers: int = field(metadata=between(10, 1000))
    stop_seconds: int = field(metadata=between(0, 3600))
    repeat_hours: int = field(metadata=between(1, 720))
    task_hours: int = field(metadata=between(1, 720))
    max_tasks: int = field(metadata=between(1, 1000))
    rate: RateSettings
