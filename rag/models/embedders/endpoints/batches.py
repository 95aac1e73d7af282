"""How many texts an endpoint takes at once, learned from what it refuses."""


class BatchSize:
    """The size of the next batch: halved on refusals, kept once it works.

    A refusal may be about the size or about one text in the batch. Halving finds out: when a text is refused alone, it
    was that text, and the size is as before; when all of them pass in smaller batches, it was the size.
    """

    def __init__(self, most: int) -> None:
        self.now = most
        self._before = most
        self._suspects = 0  # texts of the batch that was refused first that haven't passed yet

    def worked(self, count: int) -> None:
        """Note that `count` texts were taken at once."""
        self._suspects = max(0, self._suspects - count)
        if not self._suspects:
            self._before = self.now

    def refused(self, count: int, *, for_its_size: bool = False) -> None:
        """Note that a batch of `count` texts, two or more, was refused; `for_its_size` when the server said so."""
        self._suspects = max(self._suspects, count)
        self.now = max(1, count // 2)
        if for_its_size:
            self._before = self.now

    def was_the_text(self) -> None:
        """Note that a text was refused alone."""
        self._suspects = 0
        self.now = self._before
