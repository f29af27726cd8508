"""`quayline new`: writes a small commented scenario to start from."""

from __future__ import annotations

from pathlib import Path

from quayline.base.errors import Fault, ScenarioError

_STARTER = Path(__file__).parent / "starter"


def new(folder: str | Path) -> tuple[str, ...]:
    """Writes the starter scenario into `folder`, which is made if need be, and returns the names of its files.

    Raises ScenarioError where `folder` holds something already or is no folder.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ScenarioError([Fault(str(folder), 0, 0, "", "expected an empty or a new folder, found something there")])
    target.mkdir(parents=True, exist_ok=True)
    files = sorted(child for child in _STARTER.rglob("*") if child.suffix in (".yaml", ".csv"))
    names = tuple(str(file.relative_to(_STARTER)) for file in files)
    for name, file in zip(names, files, strict=True):
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_bytes(file.read_bytes())
    return names
