"""People: who is invited, which roles are given and withdrawn, and how a lost sign-in is mended by colleagues."""
