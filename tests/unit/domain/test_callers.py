"""Who asks by a session or a token."""

import copy
import pickle

from archsearch.domain.callers import Caller, limits_of, via_of


def test_a_caller_is_the_users_name_to_everything_that_takes_one() -> None:
    caller = Caller("li.na", limits={"read"}, via="token:3")

    assert caller == "li.na"
    assert "li.na" in {caller}
    assert (limits_of(caller), via_of(caller)) == (frozenset({"read"}), "token:3")
    assert (limits_of("li.na"), via_of("li.na")) == (None, "")
    assert limits_of(Caller("li.na", limits=frozenset())) == frozenset()
    assert (limits_of(Caller("li.na")), via_of(Caller("li.na"))) == (None, "")


def test_copies_keep_the_limits() -> None:
    caller = Caller("li.na", limits={"read"}, via="token:3")

    for copied in (copy.copy(caller), copy.deepcopy(caller), pickle.loads(pickle.dumps(caller))):
        assert (limits_of(copied), via_of(copied)) == (frozenset({"read"}), "token:3")
