"""Three papers on nothing in common, as a model was shown them, and sentences that it might write about them."""

from rag.records import Paper

PRUNING = Paper(
    7,
    "One Shot",
    "Language models are large and slow in use. We prune half of the weights in one shot. Our method reaches 71.5 "
    "points on the benchmark. It runs in 4,000 seconds on a single accelerator. Retraining is never needed.",
)
BEES = Paper(
    3,
    "Bees",
    "Honey bees dance near the hive to tell where flowers stand. The angle of a dance gives the direction from the "
    "sun. Longer dances stand for greater distances.",
)
MOSS = Paper(5, "Moss", "Moss covers the northern side of old trees. It drinks water from rain and fog alone.")
SOURCES = {1: PRUNING, 2: BEES, 3: MOSS}  # by the number under which it was shown

PRUNED = "The method prunes half of the weights in one shot."
DANCED = "Bees dance near the hive to tell where flowers stand."
INVENTED = "Quantum computers will factor every prime tomorrow."
