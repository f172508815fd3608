"""A stand-in for Google: its token server, Business Messages and RCS for Business."""
