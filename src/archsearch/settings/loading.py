"""Load the settings of a workspace: defaults, then its own files, then the environment."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from archsearch.domain.schema import Schema
from archsearch.domain.vocabulary import Vocabulary
from archsearch.errors import SettingsError, WorkspaceError
from archsearch.settings.binding import bind
from archsearch.settings.document import NULLS, Setting, nearest, read
from archsearch.settings.mappings import make_mappings
from archsearch.settings.model import Options, Settings, SourceMapping, Workspace
from archsearch.settings.policy import POLICY, make_policy
from archsearch.settings.schema import make_schema
from archsearch.settings.vocabularies import SECRECY, check_term, make_vocabularies
from archsearch.settings.workspace import OPTIONS, defaults_folder, options_files

VERSION: Final = 1
"""Version of the workspace layout and of the keys of archsearch.yaml."""

PREFIX: Final = "ARCHSEARCH__"
"""Environment variables that override a key: ARCHSEARCH__SEARCH__ENOUGH_EXACT=5."""

INDEXED_LISTS: Final = (
    "pinyin.tsv",
    "surname_readings.tsv",
    "regions.csv",
    "trades.txt",
    "organisation_forms.txt",
    "sounds.tsv",
    "writing.tsv",
    "name_parts.tsv",
)
"""Lists that decide what names become in the index."""

VOCABULARIES: Final = "vocabularies.yaml"


def load(workspace: Path, environ: Mapping[str, str]) -> Settings:
    """Load all settings of a workspace.

    A file in the workspace's ``config`` folder takes the place of the default file of that name,
    and a ``mappings`` folder that of the default mappings. ``archsearch.yaml`` is laid over its
    default key by key, environment variables over that.

    Raises:
        SettingsError: A file or variable is wrong; says which, where, and what would be right.
        WorkspaceError: The workspace was made by a newer version.
    """
    place = Workspace(workspace.absolute())
    top = _options(place, environ)
    vocabularies = make_vocabularies(_read(place, VOCABULARIES))
    schema = make_schema(_read(place, "schema.yaml"), vocabularies)
    options = bind(top, Options)
    _check_defaults(top, schema, vocabularies)
    user_dictionary = _file(place, "user_dictionary.txt")
    return Settings(
        workspace=place,
        options=options,
        schema=schema,
        vocabularies=vocabularies,
        mappings=_mappings(place, schema),
        policy=make_policy(_read(place, POLICY), vocabularies[SECRECY].terms),
        user_dictionary=user_dictionary,
        user_dictionary_digest=_digest_of(user_dictionary),
        region_table=_file(place, "regions.csv"),
        lists=partial(_file, place),
        lists_digest=_digest_of(*(_file(place, name) for name in INDEXED_LISTS)),
    )


def _digest_of(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(path.read_bytes())
        except OSError as exc:
            raise SettingsError(f"{path.name}：无法读取（{exc.strerror}）。") from exc
    return digest.hexdigest()


def _file(place: Workspace, name: str) -> Path:
    """Find a configuration file or folder: the workspace's own, else the default one."""
    own = place.config / name
    return own if own.exists() else defaults_folder() / name


def _read(place: Workspace, name: str) -> Setting:
    path = _file(place, name)
    return read(path, _shown(place, path))


def _shown(place: Workspace, path: Path) -> str:
    """Call a file by its place in the workspace; default files say that they are."""
    if path.is_relative_to(place.root):
        return path.relative_to(place.root).as_posix()
    return f"{path.name}（默认）"


def _options(place: Workspace, environ: Mapping[str, str]) -> Setting:
    top = read(defaults_folder() / OPTIONS, f"{OPTIONS}（默认）")
    own = [path for path in options_files(place.root) if path.is_file()]
    if len(own) > 1:
        message = f"{OPTIONS} 和 config/{OPTIONS} 只能有一个，请合并后删除其中一个。"
        raise SettingsError(message)
    for path in own:
        mine = read(path, _shown(place, path))
        mine.mapping()
        top = top.merged(mine)
    for name in sorted(environ):
        if name.startswith(PREFIX):
            top = top.merged(_override(top, name, environ[name]))
    version = top.mapping()["version"]
    if version.value != str(VERSION):
        raise WorkspaceError(
            f"{version.file} 第 {version.line} 行：工作区版本是 {version.value}，"
            f"本程序只认识 {VERSION}，请升级 archsearch。"
        )
    return top


def _override(top: Setting, name: str, text: str) -> Setting:
    """Make an environment variable a setting nested like the key it overrides."""
    file = f"环境变量 {name}"
    target = top
    path = name.removeprefix(PREFIX).lower().split("__")
    for index, part in enumerate(path):
        here = Setting(None, file, 0, ".".join(path[: index + 1]))
        members = target.value
        if not isinstance(members, dict) or part not in members:
            known = tuple(members) if isinstance(members, dict) else ()
            raise here.wrong(f"没有这个键。{nearest(part, known) if known else ''}")
        target = members[part]
    if not isinstance(target.value, str):
        raise Setting(None, file, 0, target.key).wrong("环境变量只能改单个值，不能改一组键或列表。")
    value = None if text in NULLS else text
    setting = Setting(value, file, 0, ".".join(path), plain=True)
    for part in reversed(path):
        setting = Setting({part: setting}, file, 0)
    return setting


def _check_defaults(top: Setting, schema: Schema, vocabularies: Mapping[str, Vocabulary]) -> None:
    """Refuse a default value for a field that is not there, or that its vocabulary lacks."""
    defaults = top.mapping()["ingest"].mapping()["defaults"]
    for key, value in defaults.mapping().items():
        spec = schema.by_key.get(key)
        if spec is None:
            raise value.wrong(f"元数据标准中没有字段 {key}。{nearest(key, tuple(schema.by_key))}")
        if spec.vocabulary is not None:
            check_term(value, vocabularies[spec.vocabulary])


def _mappings(place: Workspace, schema: Schema) -> tuple[SourceMapping, ...]:
    folder = _file(place, "mappings")
    return make_mappings(_mapping_files(place, folder), schema)


def _mapping_files(place: Workspace, folder: Path) -> Iterator[Setting]:
    for path in sorted(folder.glob("*.yaml")):
        yield read(path, _shown(place, path))
