"""Style sheets and scripts are collected under names that say what they hold, as an installation does it."""

import re

from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile

from lyceum.config.fonts import FACES
from lyceum.config.hashed import HashedFiles

HASHED = re.compile(r"\.[0-9a-f]{12}\.(js|css)$")


def test_every_script_and_style_sheet_gets_a_name_with_its_hash(tmp_path, settings):
    settings.DEBUG = False
    storage = HashedFiles(location=tmp_path, base_url="/static/")
    ours = {}
    for face in FACES:  # made at the first start, and slow
        ours[f"web/fonts/{face}.woff2"] = (storage, storage.save(f"web/fonts/{face}.woff2", ContentFile(b"font")))
    for finder in get_finders():
        for path, source in finder.list([]):
            if path.startswith("web/") and path.endswith((".js", ".css", ".svg", ".png")):
                with source.open(path) as file:
                    storage.save(path, file)
                ours[path] = (storage, path)

    for original, _name, done in storage.post_process(ours):
        assert not isinstance(done, Exception), f"{original}: {done}"  # such as modules that import each other

    scripts = [path for path in ours if path.endswith((".js", ".css"))]
    assert scripts
    assert [path for path in scripts if not HASHED.search(storage.stored_name(path))] == []
