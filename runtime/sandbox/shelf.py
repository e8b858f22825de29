"""The files that the sandbox serves and takes in; the oldest go when there are too many."""

from collections.abc import Iterator, Mapping

from runtime.sandbox.seam import SandboxFile

MAX_BYTES = 256 * 1024 * 1024
MAX_FILES = 10_000


class Shelf(Mapping[str, SandboxFile]):
    """Files by media id. `max_bytes` bounds all of them together."""

    def __init__(self, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> None:
        self._files: dict[str, SandboxFile] = {}
        self._bytes = 0
        self._max_bytes, self._max_files = max_bytes, max_files

    def put(self, file: SandboxFile) -> None:
        """Keep a file; the one that was put last always stays."""
        self._remove(file.media_id)
        self._files[file.media_id] = file
        self._bytes += len(file.content)
        while len(self._files) > 1 and (self._bytes > self._max_bytes or len(self._files) > self._max_files):
            self._remove(next(iter(self._files)))

    def clear(self) -> None:
        """Take all files away."""
        self._files.clear()
        self._bytes = 0

    def _remove(self, media_id: str) -> None:
        if file := self._files.pop(media_id, None):
            self._bytes -= len(file.content)

    def __getitem__(self, media_id: str) -> SandboxFile:
        return self._files[media_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
