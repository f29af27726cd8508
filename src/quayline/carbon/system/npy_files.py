"""Arrays of a folder or zip archive that somebody else wrote: no pickles, no way out of it, no more bytes than said."""

from __future__ import annotations

import io
import json
import zipfile
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.lib import format as npy

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MAX_JSON_BYTES = 16_000_000
MAX_BYTES = 2_000_000_000


class HostileFileError(ValueError):
    """A file that is not what it says, or larger than is read."""


class Source(Protocol):
    """Where files are read from by their plain name."""

    def read(self, name: str, most_bytes: int) -> bytes:
        """The bytes of a file. Raises HostileFileError where it is absent, too large or outside."""
        ...


class Folder:
    """The files of a folder, links out of it excluded."""

    def __init__(self, path: Path):
        self.root = path.resolve()

    def read(self, name: str, most_bytes: int) -> bytes:
        """See `Source`."""
        path = (self.root / _plain(name)).resolve()
        if path.parent != self.root or not path.is_file():
            raise HostileFileError(f"no file {name!r}")
        if path.stat().st_size > most_bytes:
            raise HostileFileError(f"{name!r} has more than {most_bytes:,} bytes")
        return path.read_bytes()


class Archive:
    """The files at the top of a zip archive."""

    def __init__(self, path: Path):
        try:
            self.archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as fault:
            raise HostileFileError(f"no zip archive: {fault}") from fault

    def read(self, name: str, most_bytes: int) -> bytes:
        """See `Source`. A member is unpacked up to the size that the archive states, which is checked first."""
        try:
            info = self.archive.getinfo(_plain(name))
            if info.file_size > most_bytes:
                raise HostileFileError(f"{name!r} has more than {most_bytes:,} bytes")
            return self.archive.read(info)
        except KeyError as fault:
            raise HostileFileError(f"no file {name!r}") from fault
        # zipfile: damaged; a method that it does not know; encrypted; cut off.
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as fault:
            raise HostileFileError(f"{name!r} cannot be unpacked: {fault}") from fault


def _plain(name: str) -> str:
    if not name or name in (".", "..") or any(sign in name for sign in "/\\\0:"):
        raise HostileFileError(f"{name!r} is no plain file name")
    return name


def read_json(source: Source, name: str) -> Any:
    """The content of a JSON file. Raises HostileFileError."""
    try:
        return json.loads(source.read(name, MAX_JSON_BYTES).decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as fault:
        raise HostileFileError(f"{name!r} is no JSON: {fault}") from fault


def read_array(source: Source, name: str) -> NDArray[Any]:
    """A one-dimensional array in NumPy's own format, of numbers or of records of them. Raises HostileFileError."""
    content = source.read(name, MAX_BYTES)
    stream = io.BytesIO(content)
    try:
        version = npy.read_magic(stream)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, _, dtype = read(stream)
    except KeyError as fault:
        raise HostileFileError(f"{name!r} has an unknown version of the npy format") from fault
    except (ValueError, EOFError, TypeError, SyntaxError) as fault:
        raise HostileFileError(f"{name!r} is no npy file: {fault}") from fault
    if dtype.hasobject:
        raise HostileFileError(f"{name!r} holds Python objects, which are not read")
    if len(shape) != 1:
        raise HostileFileError(f"{name!r} has the shape {shape}, expected one dimension")
    if prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise HostileFileError(f"{name!r} states {shape[0]:,} values, its size is that of another number")
    return np.frombuffer(content, dtype, offset=stream.tell())
