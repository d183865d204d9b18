"""Crafts that are written as a module."""

from statisfactory import Artifact, Craft, Session, Volatile

from toolbox.frames import stacked


@Craft()
def gather(apple: Artifact, pear: Artifact, season: str = "autumn") -> Artifact("harvest"):
    """Put all fruit under each other."""
    both = stacked([apple, pear])
    return both.assign(season=season)  # one column more


@Craft()
def count(harvest: Artifact) -> Volatile("fruits"):
    return int(harvest["fruits"].sum())


@Craft()
def reread(season: str = "autumn") -> Volatile("again"):
    return len(Session.get_active_session().catalog.load("harvest", season=season))
