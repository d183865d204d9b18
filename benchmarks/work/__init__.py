"""Programs that are measured: each prints what it found as JSON in its last line."""
