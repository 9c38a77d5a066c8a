"""What a page may load: from the school's own host alone, but for frames that a person asked for."""

from collections.abc import Sequence


def content_policy(*, frames: Sequence[str] = ()) -> str:
    """The header Content-Security-Policy. `frames`: other hosts that this one answer shows in a frame."""
    return "; ".join((
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        *([f"frame-src {' '.join(frames)}"] if frames else []),
    ))  # fmt: skip
