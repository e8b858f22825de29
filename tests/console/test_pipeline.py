"""The pipeline over the API."""

from tests.console.conftest import Console


async def test_an_admin_sees_the_pipeline(console: Console) -> None:
    answer = await console.call("GET", "/api/pipeline")
    assert answer.status == 200
    assert answer.json == {
        "at": "2026-03-14T09:26:53Z",
        "partitions": 16,
        "stages": [],
        "dead_letters": {"open": 0, "waiting": 0},
        "journals": [],
    }


async def test_nobody_else_does(console: Console) -> None:
    answer = await console.call("GET", "/api/pipeline", headers={"Authorization": "Bearer wrong"})
    assert answer.status == 401
