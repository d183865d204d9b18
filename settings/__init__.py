"""Settings by environment: local (the default), production, test."""
