"""How the pipeline stands, for operators."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from contracts.access import INSPECTING
from contracts.pipeline import Pipeline
from runtime.http import Call, Nothing, Route

ReadPipeline = Callable[[], Awaitable[Pipeline]]


def pipeline_routes(read: ReadPipeline) -> Iterator[Route[Any, Any]]:
    """The route of the pipeline."""

    async def look(_call: Call[Nothing, Nothing]) -> Pipeline:
        return await read()

    yield Route(
        method="GET",
        path="/api/pipeline",
        handler=look,
        access=INSPECTING,
        summary="How the pipeline stands: what waits at each stage and partition, and who works on it",
        tag="pipeline",
        response=Pipeline,
    )
