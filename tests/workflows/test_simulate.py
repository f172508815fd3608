"""Simulations: the examples of the documentation print what is kept beside them."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import InvalidInput
from runtime.simulate.reading import parse_scenario, read_scenario
from runtime.simulate.scene import Line, lines_of
from runtime.simulate.showing import as_mermaid, as_text
from runtime.simulate.stage import play

SCENARIOS = sorted((Path(__file__).parents[2] / "docs" / "scenarios").glob("*.yaml"))
DAYS = timedelta(hours=72)


async def played(steps: str, lasting: timedelta = DAYS) -> tuple[Line, ...]:
    scenario = parse_scenario(f"title: A test\nsteps:\n{steps}", "test.yaml")
    return lines_of(await play(scenario, lasting))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
async def test_an_example_prints_what_is_kept_beside_it(file: Path) -> None:
    scenario = read_scenario(file)
    lines = lines_of(await play(scenario, DAYS))

    assert f"{as_text(scenario.title, lines)}\n" == file.with_suffix(".txt").read_text()
    assert as_mermaid(scenario.title, lines) == file.with_suffix(".mmd").read_text()


async def test_what_a_provider_reports_and_what_is_withdrawn() -> None:
    lines = await played(
        """
  - {at: 0, customer: Hello}
  - {at: 1m, agent: pick}
  - {at: 2m, provider: window_refused}
  - {at: 3m, agent: park "Later"}
  - {at: 4m, agent: withdraw}
  - {at: 5m, agent: withdraw}
  - {at: 6m, agent: force_close}
  - {at: 7m, agent: force_close, by: Sam, supervisor: true}
  - {at: 8m, agent: pick}
""",
        timedelta(hours=1),
    )

    told = [(line.who, line.text) for line in lines if line.kind in ("report", "refusal", "notice")]
    assert told == [
        ("conversation", "agent assigned"),
        ("provider", "window refused"),
        ("conversation", "window closed"),
        ("conversation", "parked reply “Later”: withdrawn"),
        ("conversation", "refused: That reply is not parked: it has left, expired or been withdrawn."),
        ("conversation", "refused: Only a supervisor may close a conversation by force."),
        ("conversation", "conversation closed"),
        ("conversation", "refused: This conversation is not running."),
    ]


async def test_inv4_the_activity_lives_in_the_conversations_time() -> None:
    lines = await played(
        """
  - {at: 0, customer: Hello}
  - {at: 1m, agent: pick}
  - {at: 23h 59m, agent: send "Just in time"}
  - {at: 24h 1m, agent: send "Too late"}
  - {at: 24h 2m, agent: template hello}
""",
        timedelta(hours=25),
    )

    said = [line.text for line in lines if line.kind in ("delivery", "refusal")]
    assert said[0] == "“Just in time” accepted"
    assert said[1].startswith("refused: The service window is over")
    assert said[2] == "hello accepted"


async def test_a_step_beyond_the_end_is_refused() -> None:
    with pytest.raises(InvalidInput, match="step 2 lies beyond the end"):
        await played("  - {at: 0, customer: Hello}\n  - {at: 2h, agent: pick}", timedelta(hours=1))
