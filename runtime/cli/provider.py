"""`make provider NAME=acme`: the folders of a new provider, with which it receives and passes the conformance suite.

python -m runtime.cli.provider acme
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from contracts.errors import SetupFault, SwitchboardError
from runtime.cli import provider_templates as templates

NAME = re.compile(r"[a-z][a-z0-9]{1,31}")
PROVIDERS = Path("gateway/providers")
TESTS = Path("tests/gateway/providers")

SOURCES = {
    "__init__.py": templates.INIT,
    "manifest.py": templates.MANIFEST,
    "signature.py": templates.SIGNATURE,
    "wire.py": templates.WIRE,
    "inbound.py": templates.INBOUND,
    "provider.py": templates.PROVIDER,
    "README.md": templates.README,
}

Json = Any
FOR = {"account": "shop-1", "number": "+15550002222"}
AT = {"address": "+15550002222", "owner": "shop-1"}
MESSAGE = {"type": "message", "id": "m1", "from": "15550001111", "name": "Ann", "at": 1767225600, "text": "hello"}
FILE = {key: value for key, value in MESSAGE.items() if key != "text"} | {"file": "https://files.example.test/a"}
STATUS = {"type": "status", "id": "m0", "to": "15550001111", "status": "read", "at": 1767225600, "reference": "our-1"}
SPOILED = {key: value for key, value in MESSAGE.items() if key != "id"}
HEAD = {"provider_id": "m1", "contact_key": "+15550001111", "profile_name": "Ann", "sent_at": "2026-01-01T00:00:00Z"}
TAKEN = {"message": {**HEAD, "content": {"kind": "text", "text": "hello"}}, **AT}
REPORTED = {
    "provider_id": "m0",
    "contact_key": "+15550001111",
    "state": "read",
    "provider_state": "read",
    "occurred_at": "2026-01-01T00:00:00Z",
    "reference": "our-1",
}

FIXTURES: Mapping[str, tuple[Json, Json]] = {
    "text": ({"json": {**FOR, "events": [MESSAGE]}}, [TAKEN]),
    "unsupported": (
        {"json": {**FOR, "events": [FILE]}},
        [
            {
                "message": {**HEAD, "content": {"kind": "unsupported", "provider_kind": "message", "raw": FILE}},
                **AT,
            }
        ],
    ),
    "status_read": ({"json": {**FOR, "events": [STATUS]}}, [{"status": REPORTED, **AT}]),
    "account_event": (
        {"json": {**FOR, "events": [{"type": "account", "state": "verified"}]}},
        [{"notice": {"kind": "account", "raw": {"type": "account", "state": "verified"}}, **AT}],
    ),
    "batch_with_a_bad_message": (
        {"json": {**FOR, "events": [SPOILED, MESSAGE, 7]}},
        [
            {"bad": {"reason": "id: Field required", "raw": SPOILED}, **AT},
            TAKEN,
            {"bad": {"reason": "events: must hold objects with a type", "raw": "7"}, **AT},
        ],
    ),
    "malformed_without_events": ({"json": FOR}, {"malformed": "events must be a list"}),
    "malformed_cut_off": ({"text": '{"events":'}, {"malformed": "the body must be JSON"}),
}

LEFT_TO_DO = """\
{name} receives: {sources} and {tests} are written.
Run its part of the conformance suite:
  make test ARGS='tests/gateway/providers -k {name} -q'
Then:
- make the two folders the provider's own, a fixture for every kind of its webhooks;
- add outbound.py (gateway/providers/delivery.py) and runtime/sandbox/{name}.py (runtime/sandbox/seam.py).\
"""


def write_provider(root: Path, name: str) -> list[Path]:
    """Write the skeleton of a provider into a checkout; the files, in the order in which they were written.

    Raises:
        SetupFault: the name will not do, this is no checkout, or there is such a provider.
    """
    if not NAME.fullmatch(name):
        raise SetupFault(
            "a provider's name is 2 to 32 small letters and digits, a letter first: make provider NAME=acme"
        )
    if not (root / PROVIDERS).is_dir():
        raise SetupFault(f"{root} is no checkout of Switchboard: there is no {PROVIDERS}")
    sources, tests = root / PROVIDERS / name, root / TESTS / name
    for folder in (sources, tests):
        if folder.exists():
            raise SetupFault(f"{folder.relative_to(root)} is there already")
    files = {
        **{sources / file: _filled(text, name) for file, text in SOURCES.items()},
        tests / "sample.py": _filled(templates.SAMPLE, name),
        **{tests / "fixtures" / file: text for file, text in _fixtures().items()},
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(files)


def _filled(text: str, name: str) -> str:
    title = name.capitalize()
    header = f"X-{title}-Signature"
    return Template(text).substitute(
        name=name,
        title=title,
        class_name=title,
        credentials=f"{title}Credentials",
        header=header,
        lower_header=header.lower(),
    )


def _fixtures() -> dict[str, str]:
    """Requests, and beside each what is in it."""
    files = {}
    for case, (request, expected) in FIXTURES.items():
        files[f"{case}.json"] = json.dumps(request, indent=2) + "\n"
        files[f"{case}.expected.json"] = json.dumps(expected, indent=2) + "\n"
    return files


def main(arguments: list[str]) -> int:
    """Write the provider that the one argument names into the current directory; the exit code."""
    name = arguments[0] if len(arguments) == 1 else ""
    try:
        write_provider(Path.cwd(), name)
    except SwitchboardError as error:
        print(f"provider: {error}", file=sys.stderr)
        return 1
    print(LEFT_TO_DO.format(name=name, sources=PROVIDERS / name, tests=TESTS / name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
