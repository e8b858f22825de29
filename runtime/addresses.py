"""URLs that name several hosts of one cluster: `amqp://user:password@a:5672,b:5672,c:5672/vhost`, as MongoDB's do."""


def addresses(url: str) -> tuple[str, ...]:
    """A URL for each host that a URL names, in that order; what is the same for all of them is in every one."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return (url,)
    end = min((place for mark in "/?#" if (place := rest.find(mark)) >= 0), default=len(rest))
    login, at, hosts = rest[:end].rpartition("@")
    return tuple(f"{scheme}{separator}{login}{at}{host.strip()}{rest[end:]}" for host in hosts.split(","))
