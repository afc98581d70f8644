"""
A decision about a Secret, from the run to what capture, explain and replay make of it: no value of it anywhere.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from executor.core.policy import Decision
from executor.core.replay_report import report
from executor.opa.binary import find_opa
from executor.opa.capturing import capture
from executor.opa.choosing import composed
from executor.opa.explaining import explain
from executor.opa.replaying import replay
from tests.builders import a_secret
from tests.fakes.policies import a_shipped_folder, an_author_folder
from tests.fakes.service import serving
from tests.plans import a_plan
from tests.planted import ANNOTATIONS, DATA, NEW, planted_below, planted_in

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-5", "POL-6")]

STEP = {
    "id": "db",
    "action": "update_secret",
    "target": {"kind": "Secret", "namespace": "shop", "name": "db"},
    "parameters": {"set": {"password": NEW}},
}
READS_ALL = 'deny contains $"saw {input.after.data}" if input.diff'


async def test_no_value_of_a_secret_is_in_what_is_listed_captured_explained_or_replayed(tmp_path: Path) -> None:
    async with serving() as api:
        api.cluster.put(a_secret(data=DATA, annotations=ANNOTATIONS))
        _, run = await api.post("/v1/runs", json=a_plan(STEP))
        await api.get(f"/v1/runs/{run['id']}?wait=terminal")
        _, page = await api.get(f"/v1/decisions?run={run['id']}&stage=preflight")
    [document] = page["items"]
    assert "Secret" == document["input"]["before"]["kind"]
    assert set(DATA) <= set(document["input"]["after"]["data"])
    shipped = a_shipped_folder(tmp_path / "shipped")
    author = an_author_folder(tmp_path / "acme", stage="preflight", body=READS_ALL)
    policies = await composed(tmp_path / "state", [author], shipped=shipped)
    decision = Decision.model_validate(document, strict=False)

    async def pages() -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        yield [document]

    outcomes = await replay(pages(), policies, folder=tmp_path, timeout_seconds=20, slow_milliseconds=0)
    replayed = report(outcomes, revision={}, slow_milliseconds=0)
    explained = await explain(find_opa(), decision, policies, every=True)
    file = await capture(find_opa(), decision, into=[author], policies=policies)

    assert {"allow_to_deny": 1} == replayed["flips"]
    assert [] == planted_in(document, replayed, explained)
    assert [] == planted_below(tmp_path)
    assert "fingerprint:" in file.read_text()
