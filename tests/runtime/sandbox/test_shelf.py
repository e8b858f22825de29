from runtime.sandbox.seam import SandboxFile
from runtime.sandbox.shelf import Shelf


def file(media_id: str, size: int = 1) -> SandboxFile:
    return SandboxFile(media_id, "image/png", "", b"x" * size)


def test_the_oldest_files_go_when_all_together_are_too_large() -> None:
    shelf = Shelf(max_bytes=10)
    for media_id, size in (("a", 4), ("b", 4), ("c", 6)):
        shelf.put(file(media_id, size))
    assert list(shelf) == ["b", "c"]
    shelf.put(file("huge", 100))
    assert list(shelf) == ["huge"]


def test_the_oldest_files_go_when_there_are_too_many() -> None:
    shelf = Shelf(max_files=2)
    for media_id in "abc":
        shelf.put(file(media_id))
    assert list(shelf) == ["b", "c"]


def test_a_file_that_is_put_again_counts_once() -> None:
    shelf = Shelf(max_bytes=10)
    for _ in range(3):
        shelf.put(file("a", 8))
    shelf.put(file("b", 2))
    assert sorted(shelf) == ["a", "b"]
    shelf.clear()
    assert len(shelf) == 0
