"""
Owns what `opa` commands have found good before: the same command over the same files is not run twice.

Testing the shipped library takes seconds, and it changes with the package alone: a change in an author's folder must
not wait for it.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from executor.opa.command import Output, run_opa
from executor.opa.revision import digest_over

KEPT = 64


class Memo:
    """
    Good outputs, each a file of a folder. What failed is run again: it is about to be mended.
    """

    def __init__(self, folder: Path, opa: Path) -> None:
        self._folder, self._opa = folder, opa
        executable = opa.resolve().stat()
        self._identity = f"{opa.resolve()} {executable.st_size} {executable.st_mtime_ns}".encode()

    async def run(self, *arguments: str, cwd: Path, over: Iterable[Mapping[str, bytes]]) -> Output:
        """
        Run a command in `cwd`, whose outcome rests on these files alone; or return what it said of them before.
        """
        place = self._place(arguments, over)
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(place.read_bytes())["stdout"]
            os.utime(place)
            return Output(ok=True, stdout=str(said).encode(), stderr=b"")
        output = await run_opa(self._opa, *arguments, cwd=cwd)
        if output.ok:
            self._keep(place, output)
        return output

    def knows(self, *arguments: str, over: Iterable[Mapping[str, bytes]]) -> bool:
        """
        Tell if `run` would not have to run anything.
        """
        return self._place(arguments, over).exists()

    def _place(self, arguments: Iterable[str], over: Iterable[Mapping[str, bytes]]) -> Path:
        parts = [("opa", self._identity), *(("argument", argument.encode()) for argument in arguments)]
        for files in over:
            parts += [("files", b""), *sorted(files.items())]
        return self._folder / f"{digest_over(parts)}.json"

    def _keep(self, place: Path, output: Output) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = place.with_suffix(".making")
        made.write_text(json.dumps({"stdout": output.stdout.decode(errors="replace")}))
        made.replace(place)
        dated = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in dated[KEPT:]:
            file.unlink(missing_ok=True)
