"""The whole of Holdfast on one machine, without Docker: servers, their supervision, their addresses."""
