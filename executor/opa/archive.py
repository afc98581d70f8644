"""
Owns writing a bundle file: a gzipped tar of the staged files and a manifest with roots and revision.

`opa build` would compile each bundle alone and refuse an author's rule that calls the shipped library. `opa check` has
compiled all of them together before, under the same capabilities, so packing is all that is left to do.

Source: https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format
"""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping

from executor.opa.staging import MANIFEST


def bundle_bytes(files: Mapping[str, bytes], revision: str) -> bytes:
    """
    Return a bundle of files (path → content, their manifest among them); the same files give the same bytes.
    """
    manifest = json.loads(files[MANIFEST]) | {"revision": revision}
    content = {**files, MANIFEST: json.dumps(manifest, sort_keys=True).encode()}
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        for path in sorted(content):
            entry = tarfile.TarInfo(f"/{path}")
            entry.size = len(content[path])
            archive.addfile(entry, io.BytesIO(content[path]))
    return packed.getvalue()
