"""What was forgotten at a person's wish stays forgotten, also after a restore from an older backup."""
