"""Static files under names that say what they hold."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor  # type: ignore[import-untyped]  # it has none
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # it has none


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise carries no types
    """Modules import each other under these names too: an old one never meets a new one."""

    support_js_module_import_aggregation = True

    def create_compressor(self, **options: Any) -> Compressor:
        """Gzip alone: brotli, which is here for the typeface, would make the first start ten seconds longer."""
        return Compressor(**options, use_brotli=False)
