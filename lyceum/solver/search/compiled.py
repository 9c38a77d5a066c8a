"""How the search is compiled: once for each machine, then read from a cache."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np
import numpy.typing as npt

Function = TypeVar("Function", bound=Callable[..., Any])
Memory = npt.NDArray[np.int64]


def _choose_cache() -> None:
    """Numba keeps its cache beside the source; where that cannot be written, in a folder of ours."""
    if "NUMBA_CACHE_DIR" in os.environ or os.access(Path(__file__).parent, os.W_OK):
        return
    base = os.environ.get("LYCEUM_DATA")
    folder = Path(base) / "compiled" if base else Path(tempfile.gettempdir()) / f"lyceum-compiled-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return
    if folder.stat().st_uid == os.getuid():
        os.environ["NUMBA_CACHE_DIR"] = str(folder)


_choose_cache()

import numba  # noqa: E402 - reads the folder of its cache when it is imported

_KNOWN: dict[object, Any] = {
    int: numba.int64,
    bool: numba.boolean,
    type(None): numba.void,
    Memory: numba.int64[::1],
}


def _type_of(hint: object) -> Any:
    """The compiled type of an annotation: whole numbers, truths, the search's memory, tuples of those."""
    return _KNOWN[hint] if hint in _KNOWN else numba.types.Tuple([_type_of(each) for each in get_args(hint)])


def compiled(function: Function) -> Function:
    """Compile for exactly the types it is annotated with; Python's lock is free while it runs."""
    hints = get_type_hints(function)
    signature = _type_of(hints.pop("return"))(*(_type_of(hint) for hint in hints.values()))
    return numba.njit(signature, nogil=True, cache=True, error_model="numpy")(function)  # type: ignore[no-any-return]
