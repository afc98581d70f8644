"""
Owns a run's events over HTTP: a page of them as JSON, or all of them as a stream, by what the caller accepts.
"""

from aiohttp import web

from executor.api.keys import SERVICE
from executor.api.places import run_id
from executor.api.queries import EventsHeaders, EventsQuery, read_headers, read_query
from executor.api.respond import page
from executor.api.streams import EVENT_STREAM, stream_events


async def show_events(request: web.Request) -> web.StreamResponse:
    """
    Show a run's events, oldest first.
    """
    query = read_query(request, EventsQuery)
    after = query.cursor or 0
    last_seen = read_headers(request, EventsHeaders).last_event_id
    run = run_id(request)
    if _accepts_stream(request):
        return await stream_events(request, run, after=after if last_seen is None else last_seen)
    events = await request.app[SERVICE].events(run, after=after, limit=query.limit + 1)
    shown = events[: query.limit]
    response = page(
        [event.model_dump(mode="json") for event in shown],
        str(shown[-1].sequence) if len(events) > len(shown) else None,
    )
    response.headers["Vary"] = "Accept"
    return response


def _accepts_stream(request: web.Request) -> bool:
    """
    Tell if a stream is asked for by name, and not less than JSON; HEAD asks for no content at all.
    """
    if request.method != "GET":
        return False
    weights = dict(_weighted(each) for line in request.headers.getall("Accept", []) for each in line.split(","))
    stream = weights.get(EVENT_STREAM, 0.0)
    return stream > 0 and stream >= weights.get("application/json", 0.0)


def _weighted(accepted: str) -> tuple[str, float]:
    media_type, *parameters = (part.strip().lower() for part in accepted.split(";"))
    weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return media_type, float(weight)
    except ValueError:
        return media_type, 0.0
