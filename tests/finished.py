"""One finished run of the starter scenario, shared by the tests that look at runs."""

from __future__ import annotations

import pytest

from quayline.scenario.loader import load
from quayline.scenario.template import new


@pytest.fixture(scope="session")
def starter(tmp_path_factory):
    """The starter scenario's folder."""
    folder = tmp_path_factory.mktemp("scenario") / "starter"
    new(folder)
    return folder


@pytest.fixture(scope="session")
def finished(starter, tmp_path_factory):
    """A finished run of it."""
    from quayline.study.execute import execute

    return execute(load(starter), tmp_path_factory.mktemp("runs"), seed=3)


@pytest.fixture(scope="session")
def records(finished):
    """The records of all its stages."""
    from quayline.study.verify import read_all

    found, faults = read_all(finished)
    assert faults == []
    return found
