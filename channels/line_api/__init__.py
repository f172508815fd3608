"""LINE's Messaging API, its shapes and its rules. The adapter is channels/line.py."""
