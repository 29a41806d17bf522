"""Rights: the rules, what they decide and why, what others would change."""

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.domain.policy import Policy
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer
from archsearch.entrypoints.http.bodies import PolicyCheckBody, PolicyDiffBody
from archsearch.entrypoints.http.described import described
from archsearch.entrypoints.http.entry import Entered, Guest
from archsearch.entrypoints.http.house import API
from archsearch.errors import InvalidRequestError, SettingsError
from archsearch.services.policy import Explanation, PolicyDiff
from archsearch.settings.policy import parse_policy

router = APIRouter(prefix=f"{API}/policy", route_class=OwnedRoute, tags=["权限规则"])


@router.get("", response_model=described(Policy), summary="现行的权限规则")
def show(guest: Entered) -> Response:
    """Give the policy in force."""
    policy = guest.house.archive.policy.show(user=guest.user)
    return answer({"levels": policy.levels, "rules": policy.rules})


@router.post("/check", response_model=described(Explanation), summary="谁能不能做什么，为什么")
def check(guest: Entered, asked: PolicyCheckBody) -> Response:
    """Decide whether a user may do something now, and explain it."""
    desk = guest.house.archive.policy
    return answer(desk.check(asked.name, asked.right, asked.record_id, user=guest.user))


@router.post("/diff", response_model=described(PolicyDiff), summary="换上另一份规则，谁得失什么")
def diff(guest: Entered, asked: PolicyDiffBody) -> Response:
    """Tell what every user would gain and lose if one policy took the place of another."""
    application = guest.house.application
    application.policies.authorise_diff(guest.user)
    old = application.policy if asked.old is None else _read(guest, asked.old, "旧规则")
    new = _read(guest, asked.new, "新规则")
    return answer(application.policies.diff(old, new, guest.user, limit=asked.limit))


def _read(guest: Guest, text: str, name: str) -> Policy:
    try:
        return parse_policy(text, name, guest.house.application.policy.levels)
    except SettingsError as error:
        # What was sent is wrong, not what the server is set to.
        raise InvalidRequestError(error.message) from error
