"""Budget against actual and forecast: what the book, the stores and the hours did for each line of the bill."""
