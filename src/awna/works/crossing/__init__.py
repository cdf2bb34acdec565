"""A crossing closes or opens: report, mended plan, people to call, three ways on, and the difference that everyone may read."""
