"""What all compiled functions stand on: the compiler's options, a random generator of our own, sorting by time."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from .ready import folder

Ints = np.ndarray[Any, np.dtype[np.int64]]
Compiled = TypeVar("Compiled", bound=Callable[..., Any])


numba.config.CACHE_DIR = str(folder())  # type: ignore[attr-defined] # numba makes its settings at run time


def compiled(function: Compiled) -> Compiled:
    """Compiled once, kept on disk, and free of the interpreter's lock; plain Python with NUMBA_DISABLE_JIT=1."""
    return cast(Compiled, numba.njit(cache=True, nogil=True)(function))


WORD = 0xFFFFFFFF  # the generator's state has 32 bits


@compiled
def draw(state: Ints, below: int) -> int:
    """A whole number in [0, below): xorshift on 32 bits plus a Weyl sequence, in signed arithmetic that never overflows."""
    x = state[0]
    x ^= (x << 13) & WORD
    x ^= x >> 17
    x ^= (x << 5) & WORD
    state[0] = x
    state[1] = (state[1] + 362437) & WORD
    return int((((x + state[1]) & WORD) * below) >> 32)


def seeded(seed: int) -> Ints:
    """A generator's state; different seeds give unrelated streams."""
    mixed = (seed * 0x9E3779B1 + 0x7F4A7C15) & WORD
    state = np.array([mixed or 1, (seed * 0x85EBCA6B) & WORD], dtype=np.int64)
    for _ in range(8):
        draw(state, 2)
    return state


@compiled
def sort_up(n: int, keys: Ints, old: Ints, counts: Ints, order: Ints) -> None:
    """The tasks by rising key; equal keys stay in the old order. Counting sort: keys are slots."""
    low = keys[0]
    high = keys[0]
    for i in range(n):
        low = min(low, keys[i])
        high = max(high, keys[i])
    span = high - low + 1
    for k in range(span + 1):
        counts[k] = 0
    for i in range(n):
        counts[keys[i] - low + 1] += 1
    for k in range(span):
        counts[k + 1] += counts[k]
    for p in range(n):
        task = old[p]
        k = keys[task] - low
        order[counts[k]] = task
        counts[k] += 1


@compiled
def sort_down(n: int, keys: Ints, old: Ints, counts: Ints, order: Ints) -> None:
    """The tasks by falling key; equal keys in the old order reversed."""
    low = keys[0]
    high = keys[0]
    for i in range(n):
        low = min(low, keys[i])
        high = max(high, keys[i])
    span = high - low + 1
    for k in range(span + 1):
        counts[k] = 0
    for i in range(n):
        counts[high - keys[i] + 1] += 1
    for k in range(span):
        counts[k + 1] += counts[k]
    for p in range(n - 1, -1, -1):
        task = old[p]
        k = high - keys[task]
        order[counts[k]] = task
        counts[k] += 1
