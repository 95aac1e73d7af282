"""States of word pieces to one vector, in each of the ways that sentence-transformers names."""

from typing import Literal

import numpy as np

from rag.utils.arrays import Matrix, Vector

Pooling = Literal["mean", "cls", "lasttoken", "max", "mean_sqrt_len", "weightedmean"]
# What a pooling is called in 1_Pooling/config.json.
FLAGS: dict[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


def pool(states: Matrix, how: Pooling, skipped: int = 0) -> Vector:
    """Return one vector of the states (n, width) of a text's word pieces, special ones too, none of them padding.

    `skipped`: how many at the beginning, those of a prompt, don't count; the first stays the first (cls).
    """
    counted = states[skipped:] if skipped < len(states) else states
    pooled: Vector
    if how == "cls":
        pooled = states[0]
    elif how == "lasttoken":
        pooled = states[-1]
    elif how == "max":
        pooled = counted.max(axis=0)
    elif how == "mean_sqrt_len":
        pooled = counted.sum(axis=0) / np.sqrt(np.float32(len(counted)))
    elif how == "weightedmean":  # by the place in the text, the last most (Muennighoff 2022)
        weights = np.arange(len(states) - len(counted) + 1, len(states) + 1, dtype=np.float32)
        pooled = weights @ counted / weights.sum()
    else:
        pooled = counted.mean(axis=0)
    return pooled
