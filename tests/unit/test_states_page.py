"""The page that is drawn from the table is the one that is kept."""

from statemachines.diagram import FILE, page


def test_the_page_of_states_is_fresh() -> None:
    assert FILE.read_text() == page(), "run `make states` and look at the difference"
