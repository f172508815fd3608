"""What Google's Business Messages and RCS for Business share, and the dialect of each."""
