"""The tests. Start them with `./awna test`."""
