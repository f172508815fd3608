"""`python -m runtime COMMAND` is what `./holdfast COMMAND` runs."""

from runtime.cli import app

app(prog_name="holdfast")
