"""The first day: a campaign is set up step by step, on a page or on a terminal, and the desk lists what comes next."""
