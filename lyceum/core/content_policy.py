"""What a page may load: from the school's own host alone, but for what one answer needs."""

from collections.abc import Sequence


def content_policy(*, frames: Sequence[str] = (), forms: Sequence[str] = ()) -> str:
    """The header Content-Security-Policy. `frames`: other hosts that this one answer shows in a frame; `forms`: those
    to which its forms may lead on."""
    return "; ".join((
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        " ".join(("form-action 'self'", *forms)),
        "base-uri 'none'",
        "frame-ancestors 'none'",
        *([f"frame-src {' '.join(frames)}"] if frames else []),
    ))  # fmt: skip
