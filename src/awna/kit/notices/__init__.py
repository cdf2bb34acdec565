"""What people are told: on a page of their own, and by mail as often as they wish."""
