"""The rules of a conversation. No clock, no I/O, no Temporal: they decide, others perform."""
