"""What a campaign is made of: sites, the budget tree (the bill of quantities), goals, updates, events."""
