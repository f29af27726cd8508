"""The rules of the house that no linter knows: file sizes, asserting tests, units in names, start-up."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import WithJsonSchema

import quayline

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MAX_LINES = 600

# A folder of somebody's machine, or the host of a package registry.
MACHINE = re.compile(r"(?<![\w.$}-])/(?:work|root|home|Users|opt)/\w")
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|anaconda|jsdelivr|unpkg)\.(?:org|com|net)\b")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _texts() -> list[Path]:
    """Every text file of the project: what is in its known folders and at its top, less caches and media."""
    folders = ("src", "tests", "docs", "benchmarks", "examples", ".ci")
    inside = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    top = [path for path in ROOT.iterdir() if path.is_file()]
    unread = {".pyc", ".nbi", ".nbc", ".png", ".jpg", ".webp", ".woff2", ".parquet", ".gz"}
    kept_out = re.compile(r"/\.(?!ci/|gitignore)|/__pycache__/|\.egg-info/")
    return sorted(p for p in inside + top if p.suffix not in unread and not kept_out.search(f"/{_name(p)}"))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_source_is_short_and_says_its_purpose(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES, f"{_name(path)} has more than {MAX_LINES} lines: split it"
    assert ast.get_docstring(ast.parse(text)), f"{_name(path)} has no docstring"
    assert text.startswith(('"""', 'r"""')), f"{_name(path)} does not begin with its docstring"


def _asserts(node: ast.AST) -> bool:
    """Whether a node is an assertion: assert of something, pytest.raises, a call of check* or assert_*."""
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in ("raises", "warns") or called.startswith(("check", "assert_"))


@pytest.mark.parametrize("path", TESTS, ids=_name)
def test_every_test_asserts(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    silent = [f"{f.name}, line {f.lineno}" for f in functions if not any(map(_asserts, ast.walk(f)))]
    assert functions, f"{_name(path)} holds no test"
    assert not silent, f"{_name(path)}: tests that assert nothing: {silent}"


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in _texts():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            pytest.fail(f"{_name(path)} is neither UTF-8 text nor of a known binary kind")
        for number, line in enumerate(lines, 1):
            hit = MACHINE.search(line) or REGISTRY.search(line)
            if hit:
                found.append(f"{_name(path)}:{number}: {hit.group()}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_bare_except(path: Path) -> None:
    handlers = [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ExceptHandler)
    ]
    bare = [node.lineno for node in handlers if node.type is None]
    assert not bare, f"{_name(path)}: bare except in lines {bare}"


def _imports(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_only_kernels_are_compiled_and_they_know_no_scenario(path: Path) -> None:
    # Not a contract of import-linter: its wildcards cannot name `_kernels_clock` beside `_kernels`.
    imports = _imports(path)
    if any(part.startswith("_kernels") for part in path.with_suffix("").parts):
        ours = {name for name in imports if name.startswith("quayline.")}
        known = {name for name in ours if name.startswith("quayline.base.") or "._kernels" in name}
        assert ours == known, f"{_name(path)}: a kernel imports {sorted(ours - known)}"
    else:
        compiled = sorted(name for name in imports if name.split(".")[0] == "numba")
        assert not compiled, f"{_name(path)} imports {compiled}: compiled code belongs to a _kernels file"


def _things() -> list[type]:
    """Every class of the scenario's schema."""
    import quayline.scenario
    from quayline.scenario.fields import Thing

    for module in pkgutil.walk_packages(quayline.scenario.__path__, "quayline.scenario."):
        importlib.import_module(module.name)
    found: list[type] = []
    waiting: list[type] = [Thing]
    while waiting:
        children = waiting.pop().__subclasses__()
        found += children
        waiting += children
    return sorted(set(found), key=lambda thing: thing.__qualname__)


def _units(annotation: Any) -> set[str]:
    """The units that an annotation carries, however deep: in a list, a mapping, an option, a dated table."""
    own = {
        schema["x-unit"]
        for mark in getattr(annotation, "__metadata__", ())
        if isinstance(mark, WithJsonSchema) and (schema := mark.json_schema) and "x-unit" in schema
    }
    return own.union(*(_units(part) for part in get_args(annotation)))


def _named_unit(name: str) -> str:
    """The unit that a field's name promises by its longest known ending; empty without one."""
    from quayline.scenario.fields import SUFFIXES

    endings = [ending for ending in SUFFIXES if f"_{name}".endswith(ending)]
    return SUFFIXES[max(endings, key=len)] if endings else ""


def test_names_of_scenario_figures_end_in_their_unit() -> None:
    wrong = []
    figures = 0
    for thing in _things():
        for name, annotation in get_type_hints(thing, include_extras=True).items():
            units, named = _units(annotation), _named_unit(name)
            figures += len(units)
            if (units or {""}) != {named}:
                wrong.append(f"{thing.__name__}.{name}: in {sorted(units)}, its name says {named!r}")
    assert not wrong, "\n".join(wrong)
    assert figures, "no figure with a unit was found: the test looks in the wrong place"


def test_public_names_exist() -> None:
    names = getattr(quayline, "__all__", None)
    assert names, "quayline/__init__.py does not list its public names in __all__"
    assert not [name for name in names if not hasattr(quayline, name)]


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys, quayline, quayline.cli.main\n"
        "heavy = {'fastapi', 'highspy', 'httpx', 'numba', 'pint', 'polars', 'scipy', 'uvicorn'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "", "the command line imports these before it knows what is asked"
