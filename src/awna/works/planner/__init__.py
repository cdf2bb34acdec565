"""The plan page: what-if copies, simulation, jobs with progress."""
