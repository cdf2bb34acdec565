"""The board of the next weeks: four keys for each task, and who can turn the missing one."""
