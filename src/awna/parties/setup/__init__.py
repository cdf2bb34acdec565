"""How far a set-up has come: each step is kept by itself, so that it can be left and taken up again."""
