"""As few as possible of what makes something impossible."""

from collections.abc import Callable, Sequence

Impossible = Callable[[Sequence[int]], bool | None]
"""Whether these alone make it impossible; None where that did not show in time."""


def shrink(candidates: Sequence[int], is_impossible: Impossible) -> tuple[tuple[int, ...], bool]:
    """A set that is impossible still, of which none can be left out; and whether that is known of each.

    All candidates together must be impossible. Halves are left out first, then quarters, down to single ones.
    """
    kept, is_minimal = list(candidates), True
    if is_impossible(()):
        return (), True
    size = max(1, len(kept) // 2)
    while kept:
        at = 0
        while at < len(kept):
            without = kept[:at] + kept[at + size :]
            answer = is_impossible(without) if without else False
            if answer:
                kept = without
                continue
            if answer is None and size == 1:
                is_minimal = False
            at += size
        if size == 1:
            break
        size = max(1, size // 2)
    return tuple(kept), is_minimal
