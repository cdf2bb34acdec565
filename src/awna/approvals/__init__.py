"""Release of funds: proposals for milestones, the stewards' queue, hold, release and void."""
