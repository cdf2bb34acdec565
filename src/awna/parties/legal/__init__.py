"""Legal pages: who a body is, what it does with data, its terms, where to complain; and whether it may collect."""
