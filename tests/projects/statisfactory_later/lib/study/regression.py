"""A regression, its samples made up."""

import numpy as np
import pandas as pd
from statisfactory import Artifact, Craft, Pipeline, Session, Volatile


@Craft()
def build(samples: int = 10) -> Artifact("master"):
    """Make samples of y = 1a + 2b + 3c + 7."""
    x = np.random.default_rng(samples).normal(size=(samples, 3))
    return pd.DataFrame(x, columns=list("abc")).assign(y=x @ [1, 2, 3] + 7)


@Craft()
def train(master: Artifact, intercept=True) -> Volatile("reg"):
    x = master[["a", "b", "c"]].to_numpy()
    if intercept:
        x = np.column_stack([x, np.ones(len(x))])
    return np.linalg.lstsq(x, master["y"].to_numpy(), rcond=None)[0]


@Craft()
def keep(reg: Volatile) -> Artifact("coeffs"):
    return reg


whole = (
    Pipeline(name="in code")
    + keep  # last
    + build
    + train
)


if __name__ == "__main__":
    sess = Session()
    with sess:
        for samples in (100, 500):
            whole(samples=samples)
    print(len(sess.catalog.load("coeffs", samples=100)))
