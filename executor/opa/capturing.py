"""
Owns where a captured decision is written: beside a rule of an author's folder, as a test that nothing is lost by.
"""

import asyncio
import gzip
import io
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from executor.core.capture import captured, name_of_test
from executor.core.policy import Decision
from executor.core.replay import own_code
from executor.opa.command import complaints, run_opa
from executor.opa.errors import OpaSetupError
from executor.opa.folder import read_folder
from executor.opa.policy_set import PolicySet
from executor.opa.staging import CONFIG, MANIFEST, is_test, stage_author
from executor.opa.workshop.documents import together


async def capture(
    opa: Path, decision: Decision, *, into: Sequence[Path], policies: PolicySet, name: str | None = None
) -> Path:
    """
    Write the test into the first folder that has a rule it can stand beside; raises OpaSetupError, and wrote nothing.

    A rule that objected comes first, then one of the decision's stage, then any. No file is written over.
    """
    own = own_code(decision)
    if own is not None:
        raise OpaSetupError(
            f"decision {decision.id} is the executor's own ({own}): no policy judged, so none is tested"
        )
    try:
        test = name_of_test(decision, name)
    except ValueError as error:
        raise OpaSetupError(str(error)) from error
    folder, owner, place = _chosen(decision, into)
    stage, rule = place.parts[-3], place.stem
    file = folder / place.with_name(f"{rule}_{test}_captured_test.rego")
    text = captured(decision, name=test, owner=owner, rule=rule, stage=stage, config=configuration(policies))
    await asyncio.to_thread(_write, file, await _formatted(opa, text))
    return file


def configuration(policies: PolicySet) -> dict[str, Any]:
    """
    Return the site's configuration out of a set's bundle; empty where there is none.
    """
    if CONFIG not in policies.bundles:
        return {}
    content = gzip.decompress((policies.folder / CONFIG).read_bytes())
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive.getmembers():
            file = archive.extractfile(entry)
            if file is not None and PurePosixPath(entry.name).name != MANIFEST:
                files[entry.name.lstrip("/")] = file.read()
    return dict(together(files).get(CONFIG, {}))


def _chosen(decision: Decision, folders: Sequence[Path]) -> tuple[Path, str, PurePosixPath]:
    found = list(_rules(folders))
    if not found:
        raise OpaSetupError(
            "a captured decision stands beside a rule of yours: name your folder with --into, or in"
            " EXECUTOR_POLICY_PATHS (`remediate policy new` begins one)"
        )
    codes = {each.code for each in (*decision.violations, *decision.approvals)}

    def distance(rule: tuple[Path, str, PurePosixPath]) -> tuple[bool, bool]:
        _, owner, place = rule
        elsewhere = place.parts[-3] != decision.stage
        return elsewhere or f"{owner}/{place.stem}" not in codes, elsewhere

    return min(found, key=distance)


def _rules(folders: Sequence[Path]) -> Iterator[tuple[Path, str, PurePosixPath]]:
    for folder in folders:
        for source in stage_author(read_folder(folder)):
            if source.owner is None:
                continue
            for origin in source.origins.values():
                place = PurePosixPath(origin)
                if place.suffix == ".rego" and not is_test(origin) and place.parent.name == place.stem:
                    yield folder, source.owner, place


async def _formatted(opa: Path, text: str) -> str:
    with tempfile.TemporaryDirectory(prefix="remediation-capture-") as work:
        file = Path(work) / "captured_test.rego"
        await asyncio.to_thread(file.write_text, text)
        output = await run_opa(opa, "fmt", "-w", file.name, cwd=Path(work))
        if not output.ok:
            raise OpaSetupError(f"the captured test cannot be written: {complaints(output)[0].message}")
        return await asyncio.to_thread(file.read_text)


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise OpaSetupError(f"{file} exists already: remove it, or take another --name") from None
    except OSError as error:
        raise OpaSetupError(f"{file} cannot be written ({error.strerror}): name another folder with --into") from error
