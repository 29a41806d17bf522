"""Where the system cannot take calls away, that is told and nothing is changed."""

import platform

import pytest

from archsearch.security.calls import give_up_calls


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "x86_64"), ("Linux", "riscv64")])
def test_elsewhere_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)

    assert not give_up_calls()
