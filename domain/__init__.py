"""The words Holdfast thinks in. Plain values; imports nothing of ours."""
