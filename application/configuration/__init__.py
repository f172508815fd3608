"""What admins do: each file is one thing they configure."""
