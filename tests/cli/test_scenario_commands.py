"""`quayline check`, `new`, `schema`, help and wrong calls: what is said, and the exit codes."""

import json
import subprocess
import sys

import pytest


def test_help_lists_every_command_and_imports_no_engine():
    """`quayline --help` names the commands; numba, polars and the solver stay out of it."""
    code = (
        "import sys; sys.argv = ['quayline', '--help']\n"
        "from quayline.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numba', 'polars', 'highspy', 'numpy', 'pint', 'pydantic', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("run", "check", "where", "why", "compare", "verify"))


def test_new_then_check(quayline, tmp_path):
    """A new scenario is right from the start; machines get one JSON object."""
    folder = tmp_path / "mine"
    assert quayline("new", folder).code == 0
    assert "is right" in quayline("check", folder).out
    facts = json.loads(quayline("check", folder, "--json").out.splitlines()[-1])
    assert facts["files"] > 0
    assert facts["figures"]["assumed"] > 0


def test_new_refuses_a_folder_that_is_not_empty(quayline, tmp_path):
    """Nothing of the user's is overwritten."""
    (tmp_path / "mine.txt").write_text("keep me")
    answer = quayline("new", tmp_path)
    assert answer.code == 2
    assert "empty" in answer.err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_wrong_scenario_gives_located_faults_and_exit_code_2(quayline, tmp_path):
    """Two faults in two files come together, without a traceback."""
    folder = tmp_path / "mine"
    quayline("new", folder)
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text()
        path.write_text(text.replace("quayline: 1", "quayline: 7"))
    (folder / "zzz.yaml").write_text("nonsense: 3\n")
    answer = quayline("check", folder)
    assert answer.code == 2
    assert "zzz.yaml:1:1" in answer.err
    assert "2 faults" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("command", ["check", "run", "plan"])
def test_a_scenario_that_is_not_there(quayline, tmp_path, command):
    """The shipped names are offered, nothing is written."""
    out = () if command == "check" else ("--out", tmp_path / "runs")
    answer = quayline(command, "bussan", *out)
    assert answer.code == 2
    assert "busan" in answer.err
    assert not (tmp_path / "runs").exists()


def test_settings_are_checked_like_files(quayline, tmp_path):
    """A wrong path and a wrong unit in --set."""
    folder = tmp_path / "mine"
    quayline("new", folder)
    assert quayline("check", folder, "--set", "plant.availability_share=80%").code == 0
    wrong = quayline("check", folder, "--set", "plant.availability_shar=80%")
    assert wrong.code == 2
    assert "availability_share" in wrong.err
    assert quayline("check", folder, "--set", "plant.availability_share=80 kg").code == 2
    assert quayline("check", folder, "--set", "plant.availability_share").code == 2


def test_schema_is_json(quayline):
    """The exported schema parses and knows the root's keys."""
    schema = json.loads(quayline("schema").out)
    assert {"plant", "vehicles", "markets"} <= set(schema["properties"])


@pytest.mark.parametrize("args", [("chek",), ("run",), ("check", "x", "--wrong"), ("run", "busan", "--seed", "-1")])
def test_wrong_calls(quayline, args):
    """Misspelt commands get the nearest name, wrong options a message; exit code 2."""
    answer = quayline(*args)
    assert answer.code == 2
    assert "Error" in answer.err
    assert "check" in answer.err or args[0] != "chek"
