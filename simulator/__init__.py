"""Stand-ins for the providers: like the real ones, but they misbehave on request."""
