from lyceum.solver.__main__ import main
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.writer import write
from lyceum.solver.rules import MaxSimultaneous, PreferredStarts
from lyceum.testing.timetabling import make_school


def test_a_fet_file_goes_in_and_a_fet_file_with_every_lesson_placed_comes_out(tmp_path, capsys):
    school = make_school(1, lessons=8)
    (tmp_path / "in.fet").write_bytes(write(school.problem).source)

    status = main([str(tmp_path / "in.fet"), "--seconds=10", f"--out={tmp_path / 'out.fet'}"])

    assert status == 0
    assert "8 of 8 placed" in capsys.readouterr().out
    assert len(read((tmp_path / "out.fet").read_bytes()).activities) == 8


def test_kinds_that_only_the_check_knows_are_told_and_a_cost_that_is_enough_ends_the_search(tmp_path, capsys):
    school = make_school(1, lessons=8)
    names = tuple(each.name for each in school.problem.activities)
    every = frozenset(range(school.problem.grid.size))
    dear = PreferredStarts(activities=names, slots=frozenset(), weight=50)
    rare = MaxSimultaneous(activities=names, slots=every, most=8)
    (tmp_path / "in.fet").write_bytes(write(school.with_rules(dear, rare)).source)

    status = main([str(tmp_path / "in.fet"), "--seconds=600", "--enough=4", "--quiet"])

    assert status == 0
    assert "Not searched for, checked in the end: MaxSimultaneous (1)" in capsys.readouterr().out


def test_what_is_no_fet_file_is_refused_in_words(tmp_path, capsys):
    (tmp_path / "in.fet").write_text("no XML")

    assert main([str(tmp_path / "in.fet")]) == 2
    assert "in.fet" in capsys.readouterr().err
