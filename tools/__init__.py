"""Programs for those who work on gluepy itself; nothing here is shipped in the wheel."""
