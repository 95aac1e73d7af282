"""Arrays of numbers by the names that every room gives them."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]  # (dimension,), length 1
Matrix = NDArray[np.float32]  # a row an item


def unit(rows: Matrix) -> Matrix:
    """Return the rows scaled to length 1; a row of zeros stays."""
    scaled: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    return scaled
