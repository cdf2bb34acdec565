"""Programs that hurt one thing and look whether it holds: `./awna torture NAME`."""
