"""Compiled kernels are kept by the digest of all kernel sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import quayline
from quayline.base import kernel_cache


def cache_of(package: Path) -> str:
    """The folder that a fresh process of the package at `package` tells numba."""
    code = "import os, quayline; print(os.environ['NUMBA_CACHE_DIR'])"
    env = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {"PYTHONPATH": str(package.parent)}
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env
    ).stdout.strip()  # fmt: skip


@pytest.mark.parametrize("kernels", ["flow/_kernels*.py", "flow/line/_kernels*.py", "sequence/_kernels/*.py"])
def test_an_edited_kernel_gets_a_cache_of_its_own(tmp_path, kernels):
    """The folder is stable, changes with any kernel file, and the old one goes."""
    package = tmp_path / "quayline"
    shutil.copytree(Path(quayline.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    before = cache_of(package)
    assert cache_of(package) == before
    assert Path(before).parent == package / "__pycache__"
    kernel = next(package.glob(kernels))
    kernel.write_text(kernel.read_text() + "\n")
    after = cache_of(package)
    assert after != before
    assert Path(after).is_dir()
    assert not Path(before).exists()


def test_the_users_own_choice_stands(tmp_path):
    """NUMBA_CACHE_DIR of the user is left alone."""
    code = "import os, quayline; print(os.environ['NUMBA_CACHE_DIR'])"
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
    assert done.stdout.strip() == str(tmp_path)


def test_a_place_without_an_index_has_no_kernels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not kernel_cache.has_kernels()
    (tmp_path / "flow_0").mkdir()
    (tmp_path / "flow_0" / "_kernels.simulate.nbi").touch()
    assert kernel_cache.has_kernels()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert kernel_cache.has_kernels()
