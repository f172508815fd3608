"""What is told under declared names is of the declared kind."""

import pytest

from domain.context_variables import ContextVariable, as_declared

DECLARED = (ContextVariable(name="total", kind="number"), ContextVariable(name="plan"))


@pytest.mark.parametrize("said", ["0", "-3.5", "1e3", " 7 "])
def test_a_number_stays(said: str) -> None:
    assert as_declared({"total": said}, DECLARED) == {"total": said}


@pytest.mark.parametrize("said", ["", "many", "1,5", "nan", "inf"])
def test_what_is_no_number_is_left_out(said: str) -> None:
    assert as_declared({"total": said, "plan": said}, DECLARED) == {"plan": said}


def test_names_are_told_apart_by_capital_letters_and_others_are_texts() -> None:
    assert as_declared({"Total": "many", "other": "x"}, DECLARED) == {"Total": "many", "other": "x"}
