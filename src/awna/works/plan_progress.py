"""Tells on standard error how a search goes, and turns Ctrl-C into the wish to stop with the best plan so far."""

import signal
import sys
import time
from typing import Any

REDRAW_SECONDS = 0.2  # seconds between two drawings of the living line


class Progress:
    """The best plan so far, the bound and the seconds: one living line on a terminal, else a line per better plan.

    While it is open, Ctrl-C asks the search to stop with the best plan so far; a second one ends the program.
    """

    def __init__(self, out: Any) -> None:
        self.out, self.living = out, bool(sys.stderr.isatty())  # written with `str`: good news is not red
        self.best: tuple[int, int] | None = None
        self.began = self.drawn = time.monotonic()
        self.stopped = self.searching = False
        self.width = 0
        self.before: Any = None

    def __enter__(self) -> "Progress":
        self.before = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        signal.signal(signal.SIGINT, self.before)

    def _interrupted(self, _signal: int, _frame: object) -> None:
        if self.stopped or not self.searching:
            raise KeyboardInterrupt
        self.stopped = True

    def begin(self) -> None:
        """A search begins: from here on Ctrl-C keeps its best plan."""
        self.best, self.began, self.searching = None, time.monotonic(), True

    def report(self, objective: int, bound: int, _seconds: float) -> None:
        self.best = (objective, bound)
        self._draw()

    def stop(self) -> bool:
        """Asked by the search all the time: whether to stop, and a good moment to let the seconds run on."""
        if self.living and self.best and time.monotonic() - self.drawn > REDRAW_SECONDS:
            self._draw()
        return self.stopped

    def end(self) -> None:
        """The search is over: what is printed next begins on a line of its own."""
        if self.living and self.best:
            self.out.write("", str)
        self.best, self.searching, self.width = None, False, 0

    def say(self, words: str) -> None:
        """A line about what takes long and is no search."""
        if self.living:
            self.out.write(words, str)

    def _draw(self) -> None:
        self.drawn = time.monotonic()
        objective, bound = self.best or (0, 0)
        line = f"{self.drawn - self.began:6.1f} s  finish {objective}  no plan before {bound}"
        if self.living:
            line += "  (Ctrl-C keeps the best)"
            self.out.write("\r" + line.ljust(self.width), str, ending="")
            self.width = len(line)
        else:
            self.out.write(line, str)
        self.out.flush()
