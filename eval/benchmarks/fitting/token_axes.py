"""The axes that the bundled model's token states are kept on: python -m eval.benchmarks.fitting.token_axes

Principal axes of the states of the shared papers and of SciFact's abstracts, every state of length 1, both collections
counting the same; turned by a fixed rotation, after which all numbers vary alike. Prints how much of the states' square
they hold, on the collection that they were fitted to and on the other, and how far the axes kept are from the new ones;
`--write` puts the new ones into rag/data, where what was stored before can no longer be read with them: they need a
name of their own (rag.storage.index.token_embeddings.Form).
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.fitting.raw_states import COLLECTIONS, raw_states
from rag.storage.index.two_bits import AXES, DIMENSION, axes
from rag.utils.arrays import Matrix, unit

SEED = 7
WIDTH = 384  # of a state
Moment = NDArray[np.float64]  # (WIDTH, WIDTH)


def moment_of(states: Iterable[NDArray[np.float16]]) -> Moment:
    """Return the mean outer product (width, width) of states, each of length 1."""
    total: Moment = np.zeros((WIDTH, WIDTH))
    count = 0
    for rows in states:
        scaled = unit(rows.astype(np.float32))
        total = total + (scaled.T @ scaled).astype(np.float64)
        count += len(scaled)
    return total / count


def axes_of(moment: Moment, dimension: int = DIMENSION) -> Matrix:
    """Return the (width, dimension) principal axes of a moment, turned so that all numbers vary alike."""
    _, vectors = np.linalg.eigh(moment)  # ascending
    best = vectors[:, ::-1][:, :dimension]
    best = best * np.sign(best[np.abs(best).argmax(axis=0), np.arange(dimension)])  # either sign is an eigenvector
    turned: Matrix = (best @ _rotation(dimension)).astype(np.float32)
    return turned


def _rotation(dimension: int) -> Moment:
    """Return a fixed random rotation (dimension, dimension)."""
    turns, signs = np.linalg.qr(np.random.Generator(np.random.PCG64(SEED)).standard_normal((dimension, dimension)))
    found: Moment = turns * np.sign(np.diag(signs))
    return found


def held(moment: Moment, by: Matrix) -> float:
    """Return the share of the states' square that axes hold."""
    return float(np.trace(by.T @ moment @ by) / np.trace(moment))


def main() -> None:
    """Print the shares, and write the axes if that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps built libraries and states between runs")
    parser.add_argument("--write", action="store_true", help="put the axes into rag/data")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        moments = {name: moment_of(one.states for one in raw_states(name, work).values()) for name in COLLECTIONS}
    for fitted, moment in moments.items():
        told = ", ".join(f"{held(other, axes_of(moment)):.4f} of {name}" for name, other in moments.items())
        sys.stdout.write(f"axes of {fitted} hold {told}\n")
    new = axes_of(np.mean(list(moments.values()), axis=0)).astype(np.float16)
    told = ", ".join(f"{held(other, new.astype(np.float32)):.4f} of {name}" for name, other in moments.items())
    sys.stdout.write(f"axes of both hold {told}\n")
    if AXES.is_file():
        sys.stdout.write(f"from those kept they differ by at most {np.abs(new - axes()).max():.5f}\n")
    if args.write:
        np.save(AXES, new)


if __name__ == "__main__":
    main()
