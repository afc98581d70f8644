"""
Data files are read as OPA reads them, and what is wrong with one is told with its row.
"""

import pytest

from executor.opa.workshop.documents import dig, rows, together, unreadable


@pytest.mark.parametrize(
    ("file", "content", "row", "said"),
    [
        ("data.json", b'{\n  "a": 1,\n}\n', 3, "no valid JSON"),
        ("data.yaml", b"a: 1\nb: [\n", 3, "no valid YAML"),
        ("data.yaml", b"a: 1\n b: 2\n", 2, "no valid YAML"),
        ("data.yaml", b"a: \xff\n", 1, "no valid text in UTF-8"),
        ("data.json", b'{"a": "\xff"}', 1, "no valid text in UTF-8"),
        ("data.yaml", b"- a\n", 1, "no object"),
        ("data.json", b"3", 1, "no object"),
    ],
)
def test_a_file_that_opa_would_not_read_is_told_with_its_row(file: str, content: bytes, row: int, said: str) -> None:
    found = unreadable(file, content)

    assert found is not None
    assert (file, row, True) == (found.file, found.row, said in found.message), found


@pytest.mark.parametrize("content", [b"rules: {}\n", b"a: {b: [1, 2]}\n"])
def test_a_file_that_opa_reads_is_fine(content: bytes) -> None:
    assert unreadable("data.yaml", content) is None


def test_yaml_means_what_it_means_to_opa() -> None:
    files = {
        "config/data.yaml": b"mode: off\nday: 2020-01-01\nlong: 1e3\nyes: yes\non: true\nnone: null\nword: trueish\n"
    }

    assert {
        "config": {
            "mode": "off",
            "day": "2020-01-01",
            "long": 1000.0,
            "yes": "yes",
            "on": True,
            "none": None,
            "word": "trueish",
        }
    } == together(files)


def test_files_of_several_folders_make_one_document() -> None:
    files = {"site/acme/defaults/data.json": b'{"one": {"a": 1}}', "site/acme/defaults/data.yaml": b"one: {b: 2}\n"}

    assert {"a": 1, "b": 2} == dig(together(files), "site", "acme", "defaults", "one")
    assert {} == dig(together(files), "config", "rules")


def test_a_key_is_found_by_its_path() -> None:
    found = rows("config/data.yaml", b"# what is set\nrules:\n  a:\n    mode: warn\n  b: {mode: off}\n")

    assert {
        ("config", "rules"): 2,
        ("config", "rules", "a"): 3,
        ("config", "rules", "a", "mode"): 4,
        ("config", "rules", "b"): 5,
        ("config", "rules", "b", "mode"): 5,
    } == found


def test_json_has_rows_too_and_what_is_no_yaml_has_none() -> None:
    assert {("a",): 2} == rows("data.json", b'{\n  "a": 1\n}\n')
    assert {} == rows("data.json", b'{\n\t"a":\t[1\n}\n')
