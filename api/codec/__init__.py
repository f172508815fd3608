"""What Temporal keeps encrypted, decoded for the Temporal UI and its command line."""
