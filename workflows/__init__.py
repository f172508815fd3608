"""Durability: wait, remember, perform. The rules are in `statemachines/`."""
