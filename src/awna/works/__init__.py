"""Works: tasks, the plan, what is issued to a task and what was done."""
