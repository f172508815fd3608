"""A scripted conversation on a server whose clock moves when it is told to: days pass in seconds."""
