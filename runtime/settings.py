"""Every setting of every process, typed, validated once at start and handed on by the composition roots.

Nothing else in the project reads the environment. Values come from the environment: `AMQP_URL` and `MONGO_URL` under
those names, everything else with the prefix `SWITCHBOARD_` (`SWITCHBOARD_LOG_LEVEL`, for example). A variable that is
set but wrong stops the process with a sentence that names it.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """The settings of one process. `docs/settings.md` is generated from the descriptions here."""

    model_config = SettingsConfigDict(env_prefix="SWITCHBOARD_", extra="ignore", frozen=True, env_ignore_empty=True)

    amqp_url: SecretStr = Field(
        SecretStr("amqp://guest:guest@127.0.0.1:5672/"),
        validation_alias=AliasChoices("AMQP_URL", "amqp_url"),
        description="RabbitMQ's address: `amqp://user:password@host:port/vhost`; of a cluster all nodes, "
        "`amqp://user:password@host:port,host:port,host:port/vhost`.",
    )
    mongo_url: SecretStr = Field(
        SecretStr("mongodb://127.0.0.1:27017/?directConnection=true"),
        validation_alias=AliasChoices("MONGO_URL", "mongo_url"),
        description="MongoDB's address; the deployment must be a replica set, of one member at least: "
        "`mongodb://user:password@host:port,host:port,host:port/?replicaSet=name`.",
    )
    database: str = Field("switchboard", min_length=1, description="The name of the MongoDB database.")
    partitions: int = Field(
        16,
        ge=1,
        le=99,
        description="Number of partitions of a new installation; one that exists has its own, which "
        "`switchboard partitions set` changes.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8080",
        pattern=r"^https?://[^/\s]+(/[^\s]*)?$",
        description="Base URL under which the providers reach the gateway; signatures that cover the URL are checked "
        "over it unless the account has a domain of its own.",
    )
    console_public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+(/[^\s]*)?$",
        description="Base URL under which customers and video providers reach the console, at `/v/` and `/video/`; "
        "without one they are sent to the public URL.",
    )
    host: str = Field("127.0.0.1", description="Address on which the process serves HTTP.")
    port: Port = Field(8080, description="Port of the gateway or the console; 0 takes a free one.")
    health_port: Port = Field(0, description="Port of `/live`, `/ready` and `/metrics`; 0 takes a free one.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severity to log.")
    log_format: Literal["json", "text"] = Field("json", description="`json`: one object a line; `text`: for people.")
    secret_key_file: Path | None = Field(
        None, description="File with the keys that encrypt credentials at rest, one a line, the newest first."
    )
    secret_key: SecretStr | None = Field(
        None, description="The same keys from the environment, separated by commas; takes precedence over the file."
    )
    console_token: SecretStr | None = Field(
        None, description="Bearer token of the API. The console refuses to start without one."
    )
    console_token_file: Path | None = Field(None, description="File that holds the API's bearer token.")
    session_max_s: Seconds = Field(24 * 3600.0, description="How long somebody stays signed in to the console at most.")
    session_idle_s: Seconds = Field(
        4 * 3600.0, description="After how long without a request a session of the console is over."
    )
    password_min_length: int = Field(12, ge=8, le=24, description="The fewest characters of a new password.")
    sign_in_window_s: Seconds = Field(
        300.0, description="Time within which failed sign-ins are counted; who is locked out waits until it ends."
    )
    sign_in_per_name: int = Field(10, ge=1, description="Most failed sign-ins under one name within that time.")
    sign_in_per_address: int = Field(
        50, ge=1, description="Most failed sign-ins from one address (IPv6: one /64 network) within that time."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses and networks of the proxies before the console, separated by commas: what these say of "
        "a client's address and of TLS (`X-Forwarded-For`, `X-Forwarded-Proto`) is believed.",
    )
    mask_numbers: bool = Field(
        False, description="Keep customers' numbers from every agent, not from those alone whose user says so."
    )
    gather_ms: float = Field(1.0, ge=0, le=100, description="How long the gateway gathers events of one partition.")
    publish_timeout_s: Seconds = Field(5.0, description="How long a publish may wait for the broker's confirm.")
    journal_dir: Path = Field(
        Path(".switchboard/journal"),
        description="Where gateways keep events that the broker does not take; each its own directory in there. A disk "
        "of this machine, and one that outlives the process.",
    )
    journal_after_s: Seconds = Field(
        0.5, description="How long the gateway waits for the broker's confirm before it writes to the journal."
    )
    journal_max_bytes: int = Field(
        2**30, ge=0, description="Size of a gateway's journal at which webhooks get 503; 0 for no journal."
    )
    overload_wait_s: Seconds = Field(
        0.1,
        description="How long what comes in may take through routers and workers, on the average of a second, before "
        "the account that brings most is put aside, into a journal of its own on the gateway's disk.",
    )
    overload_backlog: int = Field(
        8,
        ge=0,
        description="AMQP messages before routers and workers, those in hand included, below which no account is put "
        "aside, however long they wait; 0 for never.",
    )
    overload_most: int = Field(
        5000,
        ge=1,
        description="AMQP messages that wait at the broker for routers and workers at which gateways publish nothing "
        "more and keep everything in their journals, until it is half of that.",
    )
    batch_size: int = Field(256, ge=1, le=5000, description="Most AMQP messages in a batch of a router or worker.")
    linger_ms: float = Field(4.0, ge=0, le=1000, description="How long a batch waits for more after its first event.")
    prefetch: int = Field(64, ge=1, le=2000, description="AMQP messages in hand per partition.")
    lanes: int = Field(1, ge=1, le=16, description="Batches that a process works on at the same time.")
    heartbeat_s: Seconds = Field(1.0, description="How often an instance renews its membership.")
    member_ttl_s: Seconds = Field(5.0, description="After how long without a heartbeat an instance counts as gone.")
    clock_interval_s: Seconds = Field(0.25, description="How often the clock looks for deadlines that have passed.")
    sweep_interval_s: Seconds = Field(2.0, description="How often the clock looks for work that a trigger missed.")
    round_pause_s: Seconds = Field(5.0, description="Pause before the next round when all eligible agents refused.")
    stop_deadline_s: Seconds = Field(20.0, description="Most time that a process takes to stop after SIGTERM.")
    allowed_hosts: str = Field(
        "",
        description="Hosts in private networks that may be called: names or addresses, separated by commas. Any other "
        "host that has a private address is refused.",
    )
    integration_timeout_s: Seconds = Field(
        30.0, description="Most time that an account's AI endpoint or video provider may take to answer."
    )
    integration_at_once: int = Field(
        4, ge=1, le=100, description="Most calls that a console makes at a time to either of them, for one account."
    )
    sandbox_numbers_file: Path | None = Field(
        None, description="File in which the sandbox of a stack keeps its numbers, so that they outlive a restart."
    )
    send_concurrency: int = Field(64, ge=1, le=1000, description="Most messages that a sender has under way.")
    send_account_concurrency: int = Field(
        16, ge=1, le=1000, description="Most messages that a sender has under way for one account."
    )
    send_timeout_s: Seconds = Field(
        30.0, description="Most time that sending one message may take, all calls to the provider included."
    )
    send_retry_s: Seconds = Field(
        1.0, description="First pause before a message is tried again; it doubles with each attempt, with jitter."
    )
    send_retry_most_s: Seconds = Field(60.0, description="Longest pause between attempts at a message.")
    send_retry_age_s: Seconds = Field(
        3600.0, description="Age at which a message that was never accepted is given up as failed."
    )
    send_sweep_s: Seconds = Field(
        10.0, description="Age at which the clock has a message looked at again that should have been sent by then."
    )
    media_max_bytes: int = Field(
        100 * 2**20, ge=1, description="Most bytes that a file may have, a customer's or an agent's."
    )
    media_link_s: Seconds = Field(
        24 * 3600.0, description="How long the URL of an agent's file is good, for a provider to fetch it from."
    )
    media_sweep_s: Seconds = Field(
        600.0, description="Age at which the clock has a customer's file fetched that should be there by then."
    )
    webhook_hosts: str = Field(
        "",
        description="Hosts that the routing action `Webhook` may call, separated by commas; none without it. One in a "
        "private network must be among `SWITCHBOARD_ALLOWED_HOSTS` as well.",
    )
    service_level_s: int = Field(
        60, ge=1, le=24 * 3600, description="Wait up to which an interaction counts as answered in time, in seconds."
    )
    configuration_poll_s: Seconds = Field(2.0, description="How often a process looks whether it missed a change.")
    event_log_max_bytes: int = Field(10 * 2**30, ge=10**6, description="Size at which the replay log drops its oldest.")
    event_log_max_age: str = Field("7D", pattern=r"^\d+[YMDhms]$", description="Age at which the replay log drops.")


def host_names(listed: str) -> frozenset[str]:
    """The hosts of a setting that lists them, in lower case."""
    return frozenset(word.strip().lower() for word in listed.split(",") if word.strip())


def setting_faults(error: ValidationError) -> list[str]:
    """One sentence for each setting that is wrong: the variable, and the rule it breaks; its value is not repeated."""
    return [
        f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False, include_url=False)
    ]


def _variable(location: tuple[int | str, ...]) -> str:
    name = ".".join(map(str, location))
    return name if name.isupper() else f"SWITCHBOARD_{name.upper()}"
