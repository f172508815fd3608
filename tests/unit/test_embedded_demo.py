"""The file of the demo: drawn once, completed by what a later release adds."""

from pathlib import Path

from domain.configuration import Role
from runtime.embedded.demo import Demo, open_demo


def test_passwords_are_drawn_once_and_kept(tmp_path: Path) -> None:
    first = open_demo(tmp_path, {})
    assert open_demo(tmp_path, {"API": "elsewhere"}).sign_ins == first.sign_ins
    assert {person.role for person in first.sign_ins} == set(Role)


def test_people_of_a_later_release_join_those_we_know(tmp_path: Path) -> None:
    complete = open_demo(tmp_path, {})
    older = Demo(sign_ins=tuple(p for p in complete.sign_ins if p.role is not Role.OPERATOR))
    (tmp_path / "demo.json").write_text(older.model_dump_json())

    found = open_demo(tmp_path, {}).sign_ins

    assert found[:-1] == older.sign_ins
    assert found[-1].role is Role.OPERATOR
