"""Workspaces: folders with configuration, records, index and inbox. Find one, make one."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from archsearch.errors import ConflictError, NotFoundError, WorkspaceError
from archsearch.settings.model import Workspace

OPTIONS: Final = "archsearch.yaml"
HOME: Final = "ARCHSEARCH_HOME"

EDITED: Final = ("schema.yaml", "vocabularies.yaml", "user_dictionary.txt", "mappings")
"""What a new workspace gets a copy of, because people change it; the rest stays with the program,
so that its updates arrive."""

FIRST_OPTIONS: Final = """\
# 本工作区的设置。这里只写与默认值不同的键，例如：
#
#   naming:
#     fonds: B012
#   search:
#     enough_exact: 20
#
# 全部键、说明和默认值见 {defaults}
version: 1
"""


def defaults_folder() -> Path:
    """Find the default configuration: beside the code when installed, else the repository's."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "defaults"
    return installed if installed.is_dir() else package.parents[1] / "config"


def is_workspace(path: Path) -> bool:
    """Whether a folder is a workspace."""
    return any(place.is_file() for place in options_files(path))


def options_files(path: Path) -> tuple[Path, Path]:
    """The two places where a workspace may have its options."""
    return path / OPTIONS, path / "config" / OPTIONS


def find_workspace(start: Path | None, environ: Mapping[str, str], current: Path) -> Path:
    """Find the workspace to use: the one named, else ARCHSEARCH_HOME, else here or above.

    Args:
        start: The folder a person named, if any.
        environ: Environment variables.
        current: The current folder.

    Raises:
        WorkspaceError: The folder named is none.
        NotFoundError: None was named and there is none here or above.
    """
    named = start or (Path(environ[HOME]) if environ.get(HOME) else None)
    if named is not None:
        if not is_workspace(named):
            raise WorkspaceError(f"{named} 不是工作区，可用 archsearch init {named} 新建。")
        return named.resolve()
    here = current.resolve()
    for folder in (here, *here.parents):
        if is_workspace(folder):
            return folder
    raise NotFoundError(
        "这里和上级文件夹中都没有工作区。请用 archsearch init 新建，或用 -C、ARCHSEARCH_HOME 指定。"
    )


def create_workspace(path: Path) -> Workspace:
    """Make a folder into a workspace; files that are there stay as they are.

    Raises:
        ConflictError: It is one already.
        WorkspaceError: The folder cannot be made or written.
    """
    if is_workspace(path):
        raise ConflictError(f"{path} 已经是工作区。")
    workspace = Workspace(path.absolute())
    try:
        _fill(workspace)
    except OSError as exc:
        raise WorkspaceError(f"无法在 {path} 建立工作区（{exc.strerror}）。") from exc
    return workspace


def _fill(workspace: Workspace) -> None:
    workspace.root.mkdir(parents=True, exist_ok=True)
    for folder in (workspace.var, workspace.keys, workspace.index, workspace.inbox):
        folder.mkdir(mode=0o700, exist_ok=True)
    workspace.config.mkdir(exist_ok=True)
    for name in EDITED:
        _copy_missing(defaults_folder() / name, workspace.config / name)
    # The options make the folder a workspace, so they come last: a half-made one can be made again.
    with (workspace.root / OPTIONS).open("x", encoding="utf-8") as file:
        file.write(FIRST_OPTIONS.format(defaults=defaults_folder() / OPTIONS))


def _copy_missing(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir(exist_ok=True)
        for member in sorted(source.iterdir()):
            _copy_missing(member, target / member.name)
    elif not target.exists():
        shutil.copyfile(source, target)
