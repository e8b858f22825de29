"""Which providers are played: every module of this package that has a `PLAYED`."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

import runtime.sandbox
from runtime.sandbox.seam import PlayedProvider


@cache
def played_providers() -> Mapping[str, PlayedProvider]:
    """All played providers by name."""
    names = (module.name for module in pkgutil.iter_modules(runtime.sandbox.__path__) if module.name != "__main__")
    modules = (import_module(f"runtime.sandbox.{name}") for name in names)
    found: list[PlayedProvider] = [module.PLAYED for module in modules if hasattr(module, "PLAYED")]
    return MappingProxyType({played.name: played for played in found})
