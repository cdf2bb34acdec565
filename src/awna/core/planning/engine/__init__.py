"""The compiled engine: a project as flat arrays, schedule generation and search over task lists in numba."""
