"""
The hash chain: anyone can check it, and no field of any event can be changed unseen.
"""

import hashlib
import json
from typing import Any

import pytest
import rfc8785

from executor.core.events import NO_HASH, Draft, Event, EventType, chained, first_broken
from executor.core.fold import first
from tests.plans import a_plan, scale
from tests.unit.core.logs import AT, RUN, STARTED, accepted, following, succeeded

pytestmark = pytest.mark.requirement("AUD-1")


def a_log() -> tuple[Event, ...]:
    begun = accepted(a_plan(scale("web")))
    return (begun, *following((*STARTED, *succeeded()), first(RUN, begun)))


def test_a_log_as_recorded_holds() -> None:
    assert first_broken(a_log()) is None
    assert first_broken(()) is None


def test_sequences_count_from_one_and_each_event_names_the_hash_before_it() -> None:
    log = a_log()

    assert list(range(1, len(log) + 1)) == [event.sequence for event in log]
    assert [NO_HASH, *(event.hash for event in log[:-1])] == [event.previous_hash for event in log]


def test_anyone_can_compute_a_hash_from_the_listed_event() -> None:
    """
    SHA-256 over the RFC 8785 JSON of the event without `hash`.
    """
    for event in a_log():
        fields = json.loads(event.model_dump_json(exclude={"hash"}))
        assert hashlib.sha256(rfc8785.dumps(fields)).hexdigest() == event.hash


TAMPERED: dict[str, Any] = {
    "sequence": 99,
    "type": EventType.STEP_DENIED,
    "at": "2026-11-23T11:00:00.001Z",
    "step": "somebody",
    "data": {"message": "all is well"},
    "previous_hash": "1" * 64,
    "hash": "2" * 64,
}


@pytest.mark.parametrize("field", TAMPERED)
@pytest.mark.parametrize("place", range(len(a_log())))
def test_a_change_of_any_field_of_any_event_is_found(place: int, field: str) -> None:
    log = list(a_log())
    log[place] = log[place].model_copy(update={field: TAMPERED[field]})

    assert first_broken(log) is not None


def test_a_change_whose_hash_was_computed_anew_breaks_the_next_event() -> None:
    log = list(a_log())
    changed = Draft(type=log[2].type, at=log[2].at, step=log[2].step, data={"forged": True})
    [log[2]] = chained([changed], after_sequence=2, after_hash=log[1].hash)

    assert 4 == first_broken(log)


@pytest.mark.parametrize("place", range(len(a_log()) - 1))
def test_an_event_left_out_is_found(place: int) -> None:
    log = a_log()

    assert log[place + 1].sequence == first_broken((*log[:place], *log[place + 1 :]))


def test_two_events_that_changed_places_are_found() -> None:
    log = list(a_log())
    log[3], log[4] = log[4], log[3]

    assert 5 == first_broken(log)


def test_the_list_of_events_is_closed() -> None:
    assert 30 == len(EventType)
    with pytest.raises(ValueError, match="not a valid EventType"):
        EventType("StepImproved")


def test_no_drafts_make_no_events() -> None:
    assert () == chained([], after_sequence=3, after_hash=NO_HASH)
    assert [AT] == [
        event.at for event in chained([Draft(type=EventType.RUN_QUEUED, at=AT)], after_sequence=3, after_hash="x")
    ]
