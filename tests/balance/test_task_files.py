"""Files of tasks: every format says the same, and every fault is named with its place."""

from __future__ import annotations

import pytest
from tests.balance.lines import FEW

from quayline.balance.tasks.read import read_tasks
from quayline.balance.tasks.solve import assign_file
from quayline.base.errors import ScenarioError

YAML = """quayline: 1
line: trim
takt: 9 s
tasks:
  - {id: "1", time: 4 s}
  - {id: "2", time: 5 s, after: "1"}
  - {id: "3", time: 6 s, after: "1 2"}
"""
CSV = "id,time,after\n1,4 s,\n2,5 s,1\n3,6 s,1 2\n"
IN2 = "3\n4\n5\n6\n1,2\n1,3\n2,3\n-1,-1\n"
ALB = """<number of tasks>
3

<cycle time>
9

<task times>
1 4
2 5
3 6

<precedence relations>
1,2
1,3
2,3

<end>
"""


def test_all_formats_say_the_same(tmp_path):
    read = {}
    for name, text in (("a.yaml", YAML), ("b.csv", CSV), ("c.IN2", IN2), ("d.alb", ALB)):
        (tmp_path / name).write_text(text)
        read[name] = read_tasks(tmp_path / name)
    (tmp_path / "e.yaml").write_text("quayline: 1\nline: trim\ntasks: {table: b.csv}\n")
    read["e.yaml"] = read_tasks(tmp_path / "e.yaml", {"takt": "9 s"})
    assert all(line.tasks == read["a.yaml"].tasks for line in read.values())
    assert read["a.yaml"].takt_s == read["d.alb"].takt_s == read["e.yaml"].takt_s == 9
    assert read["b.csv"].takt_s is None
    assert assign_file(read["e.yaml"], FEW).station.tolist() == [0, 0, 1]


def told(path, text: str) -> list[tuple[int, str]]:
    path.write_text(text)
    with pytest.raises(ScenarioError) as raised:
        read_tasks(path)
    return [(fault.line, fault.message) for fault in raised.value.faults]


def test_every_fault_of_a_file_is_named_with_its_line(tmp_path):
    faults = told(tmp_path / "a.yaml", """quayline: 1
line: trim
takt: 80 s
stations: 4
models: [{id: hatch, share: 60 %}]
zones: [{id: pit, first: 3, last: 2}]
tasks:
  - {id: a, time: 30 s, after: c}
  - {id: b, time: 40 s, after: a, zone: pitt}
  - {id: c, time: 10 s, after: b, apart: c}
  - {id: e, time: 10 s, option: roof}
times:
  - {task: d, model: hatch, time: 1 s}
  - {task: a, model: hach, time: 1 s}
""")  # fmt: skip
    text = "\n".join(f"{line} {message}" for line, message in faults)
    for words in (
        "4 expected either a takt or a number of stations", "6 expected station 3 or a later one, got 2",
        "'pitt'; did you mean 'pit'?", "'c' names itself", "no option is called 'roof'", "no task is called 'd'",
        "'hach'; did you mean 'hatch'?", "8 tasks wait for each other",
    ):  # fmt: skip
        assert words in text, (words, text)


def test_what_stands_twice_is_named_with_both_lines(tmp_path):
    rows = [(3, "the same id (a) stands in line 2")]
    assert told(tmp_path / "a.csv", "id,time\na,1 s\na,2 s\n") == rows


def test_tasks_that_wait_for_each_other_are_named(tmp_path):
    (fault,) = told(tmp_path / "a.csv", "id,time,after\na,1 s,c\nb,1 s,a\nc,1 s,b d\nd,1 s,\n")
    assert fault == (2, "tasks wait for each other: a after c after b after a")


def test_faults_of_public_formats_have_their_line(tmp_path):
    assert told(tmp_path / "a.in2", "2\n5\nx\n1,2\n1;2\n3,1\n-1,-1\n") == [
        (3, "expected the time of a task as a whole number, got 'x'"),
        (5, "expected two tasks from 1 to 2 as 'i,j', got '1;2'"),
        (6, "expected two tasks from 1 to 2 as 'i,j', got '3,1'"),
    ]
    assert told(tmp_path / "b.alb", "<number of tasks>\n2\n<task times>\n1 5\n3 5\n") == [
        (0, "expected the section <cycle time> as a whole number, got 'nothing'"),
        (5, "expected the times of tasks 1 to 2 in order, got '3 5'"),
    ]
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ScenarioError, match="expected a file"):
        read_tasks(tmp_path / "a.txt")
