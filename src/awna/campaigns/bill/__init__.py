"""The bill of quantities of a campaign: files brought in, lines compared and changed, and what of a line is still open."""
