"""One adapter per channel: verify, parse, send. The only code that knows a provider."""
