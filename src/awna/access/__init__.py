"""Whether a way is open: crossings and dated, sourced reports, never one current status."""
