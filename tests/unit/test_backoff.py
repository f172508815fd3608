"""The pause before a program is started again."""

from runtime.embedded.backoff import FIRST, LONGEST, STEADY_AFTER, Backoff


def test_the_pause_doubles_up_to_a_ceiling() -> None:
    backoff = Backoff()
    pauses = [backoff.pause_after(lived=0) for _ in range(10)]
    assert pauses[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert pauses[-1] == LONGEST
    assert pauses == sorted(pauses)


def test_a_program_that_was_steady_is_started_again_at_once() -> None:
    backoff = Backoff()
    for _ in range(10):
        backoff.pause_after(lived=0)
    assert backoff.pause_after(lived=STEADY_AFTER + 1) == FIRST
    assert backoff.pause_after(lived=0) == 2 * FIRST
