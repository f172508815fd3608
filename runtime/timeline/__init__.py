"""One conversation as one timeline: what was said, what Temporal did, what became of deliveries."""
