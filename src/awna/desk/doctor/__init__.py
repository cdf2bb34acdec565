"""What an operator should know before people notice: each thing looked at, what is so, and the command that mends it."""
