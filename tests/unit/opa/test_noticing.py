"""
Noticing a change of policy folders without reading them: whatever an author does to a file is seen.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from executor.opa.noticing import signature_of
from tests.fakes.policies import an_author_folder, write

RULE = "preflight/freeze/freeze.rego"


def rewritten(acme: Path) -> None:
    before = (acme / RULE).stat()
    (acme / RULE).write_bytes((acme / RULE).read_bytes().replace(b"frozen", b"melted"))
    os.utime(acme / RULE, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(acme: Path) -> None:
    """
    As editors save: another file takes the name, of the same size and time.
    """
    before = (acme / RULE).stat()
    copy = Path(shutil.copy(acme / RULE, acme / "new.rego"))
    os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    copy.replace(acme / RULE)


def swapped(acme: Path) -> None:
    """
    As a mounted ConfigMap is updated: a link to a folder is put over.
    """
    (acme / "..data.new").symlink_to("..v2")
    (acme / "..data.new").rename(acme / "..data")


CHANGES: dict[str, Callable[[Path], object]] = {
    "other bytes at the same size and time": rewritten,
    "another file of that name": replaced,
    "a file more": lambda acme: write(acme / "data.yaml", "a: 1\n"),
    "a file less": lambda acme: (acme / RULE).unlink(),
    "a file of another name": lambda acme: (acme / RULE).rename(acme / "preflight" / "freeze" / "other.rego"),
    "other permissions": lambda acme: (acme / RULE).chmod(0o400),
    "a folder that vanished": shutil.rmtree,
    "a link that was put over": swapped,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen(tmp_path: Path, change: Callable[[Path], object]) -> None:
    acme = an_author_folder(tmp_path / "acme")
    write(acme / "..v1" / "data.json", "{}")
    write(acme / "..v2" / "data.json", "{}")
    (acme / "..data").symlink_to("..v1")
    (acme / "data.json").symlink_to("..data/data.json")
    before = signature_of([acme])

    change(acme)

    assert before != signature_of([acme])


def test_what_nobody_touched_looks_the_same(tmp_path: Path) -> None:
    acme = an_author_folder(tmp_path / "acme")

    assert signature_of([acme]) == signature_of([acme])


def test_links_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    acme = an_author_folder(tmp_path / "acme")
    for name in ("again", "and-again"):
        (acme / "links" / name).parent.mkdir(exist_ok=True)
        (acme / "links" / name).symlink_to(acme / "links", target_is_directory=True)

    assert signature_of([acme]) == signature_of([acme])


def test_a_folder_that_comes_back_is_seen(tmp_path: Path) -> None:
    gone = signature_of([tmp_path / "acme"])
    an_author_folder(tmp_path / "acme")

    assert gone != signature_of([tmp_path / "acme"])
