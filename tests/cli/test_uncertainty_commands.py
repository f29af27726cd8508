"""`quayline futures` and `front`: what they say, as text and as JSON, and how they refuse."""

import json

import pytest

SHORT = ("--set", "horizon.end=2026-02-27")
FUTURES = (
    "futures=[{id: as-planned, probability: 60%, overlays: []}, {id: slump, probability: 40%, overlays: [slump]}]"
)
SLUMP = """\
quayline: 1
overlay: slump
title: Half of everything
provenance: {kind: assumed, source: a test}
scale: {"demand[from=2026-01].cars": 50 %}
"""


@pytest.fixture
def case(quayline, tmp_path):
    folder = tmp_path / "case"
    assert quayline("new", folder).code == 0
    return folder


def test_futures(quayline, case):
    """Two futures: every figure of the answer, the value of planning for both and of knowing first."""
    (case / "overlays").mkdir(exist_ok=True)
    (case / "overlays" / "slump.yaml").write_text(SLUMP)
    args = ("futures", case, *SHORT, "--set", FUTURES, "--weight", "30%")
    answer = json.loads(quayline(*args, "--json").out.splitlines()[-1])
    assert [row["future"] for row in answer["outcomes"]] == ["as-planned", "slump"]
    assert answer["stochastic_usd"] >= 0
    assert answer["information_usd"] >= 0
    assert answer["outcomes"][0]["together_usd"] > answer["outcomes"][1]["together_usd"]
    told = quayline(*args)
    assert told.code == 0
    assert "value of the stochastic solution" in told.out
    assert "70% expected value, 30% mean of the worst 10%" in told.out


def test_futures_without_any(quayline, case):
    """A scenario without futures, and a share that is none."""
    answer = quayline("futures", case)
    assert answer.code == 2
    assert "there are no futures" in answer.err
    wrong = quayline("futures", case, "--cvar", "12x")
    assert wrong.code == 2
    assert "expected a number such as 10%" in wrong.err


def test_front(quayline, case):
    """Points ascend in tonnes and contribution; the text names what changes."""
    points = json.loads(quayline("front", case, *SHORT, "--points", 3, "--json").out.splitlines()[-1])["points"]
    assert points == sorted(points, key=lambda row: (row["tonnes"], row["contribution_usd"]))
    assert points[0]["tonnes"] == pytest.approx(0, abs=1e-3)
    assert points[0]["usd_per_t"] is None
    told = quayline("front", case, *SHORT, "--points", 3)
    assert told.code == 0
    assert "for home from lakeside by road" in told.out
