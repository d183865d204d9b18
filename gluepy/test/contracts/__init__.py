"""Tests that every backend passes, those of gluepy and those of its users."""
