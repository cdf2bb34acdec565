"""What templates of works need."""
