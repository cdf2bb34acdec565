"""Mail on its way out: what waits, what left, what failed, what came back, and how much a campaign may send in a day."""
