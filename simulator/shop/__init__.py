"""A shop whose pages carry the chat widget, and which vouches for its customers."""
