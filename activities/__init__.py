"""Where durable work touches the world, through Protocols. No SDK, no SQL, no rules."""
