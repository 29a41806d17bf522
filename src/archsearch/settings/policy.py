"""The policy file: roles, their rights over records with the places, their operations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from archsearch.domain.access import Role
from archsearch.domain.policy import OPERATIONS, RECORD_RIGHTS, Place, Policy, Right, Rule, faults
from archsearch.settings.binding import between, bind
from archsearch.settings.document import Setting, nearest, parse, read

POLICY: Final = "policy.yaml"

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class _Head:
    version: int = field(metadata=between(1, 1))


def read_policy(path: Path, levels: tuple[str, ...]) -> Policy:
    """Read a policy that is not, or not yet, the workspace's.

    Raises:
        SettingsError: The file cannot be read, or says what no policy may say.
    """
    return make_policy(read(path), levels)


def parse_policy(text: str, name: str, levels: tuple[str, ...]) -> Policy:
    """Read a policy that is text; messages call it by its name.

    Raises:
        SettingsError: As for :func:`read_policy`.
    """
    return make_policy(parse(text, name), levels)


def make_policy(top: Setting, levels: tuple[str, ...]) -> Policy:
    """Make the policy of the file.

    Args:
        top: The file.
        levels: Secrecy labels, lowest first.
    """
    members = dict(top.mapping())
    roles = members.pop("roles", Setting(None, top.file, top.line))
    bind(Setting(members, top.file, top.line), _Head)
    placed = [
        (rule, setting)
        for name, role in roles.mapping().items()
        for rule, setting in _rules(_chosen(role, name, Role), role)
    ]
    rules = tuple(rule for rule, _ in placed)
    settings = dict(placed)
    for rule, fault in faults(rules):
        raise (top if rule is None else settings[rule]).wrong(fault)
    return Policy(levels, rules)


def _rules(role: Role, setting: Setting) -> Iterator[tuple[Rule, Setting]]:
    members = setting.mapping()
    for key, member in members.items():
        if key not in {"records", "operations"}:
            raise member.wrong(f"没有这个键。{nearest(key, ('records', 'operations'))}")
    if "records" in members:
        for name, places in members["records"].mapping().items():
            right = _chosen(places, name, RECORD_RIGHTS)
            yield Rule(role, right, frozenset(_listed(places, Place)), _where(places)), places
    if "operations" in members:
        for right, each in _listed(members["operations"], OPERATIONS).items():
            yield Rule(role, right, where=_where(each)), each


def _listed(setting: Setting, known: Iterable[Word]) -> dict[Word, Setting]:
    """Read a list of words, none of them twice."""
    found: dict[Word, Setting] = {}
    for each in setting.items():
        word = _chosen(each, each.text(), known)
        if word in found:
            raise each.wrong(f"{word} 写了两次。")
        found[word] = each
    return found


def _chosen(setting: Setting, word: str, known: Iterable[Word]) -> Word:
    words = {str(each): each for each in known}
    if word in words:
        return words[word]
    hint = ""
    if word in set(Right):
        hint = (
            "它分档案，应写在 records 下。"
            if Right(word).of_records
            else "它应写在 operations 下。"
        )
    raise setting.wrong(f"没有 {word} 这一项。{hint or nearest(word, tuple(words))}")


def _where(setting: Setting) -> str:
    return f"{setting.file} 第 {setting.line} 行"
