"""Programs that measure one thing beside its target and its peers: `./awna bench NAME`."""
