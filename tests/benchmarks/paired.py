"""Two ways of doing one thing, timed in turns in one run: A B A B …, compared pair by pair.

Single times say little on a shared machine; the ratio of neighbours does. Processor time of this
process and of its children is counted, so that work handed to another process is not lost.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable


def processor_seconds() -> float:
    """Return user and system time of this process and of its finished children."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def compare(
    names: tuple[str, str], ways: tuple[Callable[[], object], Callable[[], object]], rounds: int = 7
) -> None:
    """Run both ways in turns after one warm-up each, and print medians and the ratio."""
    times: tuple[list[float], list[float]] = ([], [])
    for way in ways:
        way()
    for _ in range(rounds):
        for way, taken in zip(ways, times, strict=True):
            start = processor_seconds()
            way()
            taken.append(processor_seconds() - start)
    for name, taken in zip(names, times, strict=True):
        sys.stdout.write(
            f"{name:<40} median {statistics.median(taken):.3f} s "
            f"(min {min(taken):.3f}, max {max(taken):.3f})\n"
        )
    ratios = [first / second for first, second in zip(*times, strict=True)]
    sys.stdout.write(
        f"{names[0]} / {names[1]}: median ratio {statistics.median(ratios):.1f} "
        f"(min {min(ratios):.1f}, max {max(ratios):.1f}) over {rounds} rounds\n"
    )
