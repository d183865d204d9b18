"""Frames of fruit."""

import pandas as pd


def stacked(frames):
    """Return all rows under each other."""
    return pd.concat(frames, ignore_index=True)
