"""Pages of the campaigns: forms for readers and guests, desks for those who write."""
