"""/chat/v1: what the chat widget on a shop's page calls."""
