"""Quayline: from the build line to the quay. Plans, simulates and accounts for building and exporting cars."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from quayline.base.kernel_cache import use_kernel_cache

if TYPE_CHECKING:
    from quayline import carbon as carbon
    from quayline import flow as flow
    from quayline.scenario.loader import load as load
    from quayline.scenario.shipped import shipped_names as shipped_names
    from quayline.store.folder import RunFolder as RunFolder
    from quayline.study.api import run as run
    from quayline.study.compare import compare as compare
    from quayline.study.forecast import error_bands as error_bands
    from quayline.study.forecast import net_forecast as net_forecast
    from quayline.study.verify import verify as verify
    from quayline.study.why import story as story
    from quayline.study.why import why as why

_HOMES = {
    "load": "quayline.scenario.loader", "shipped_names": "quayline.scenario.shipped",
    "RunFolder": "quayline.store.folder", "run": "quayline.study.api", "compare": "quayline.study.compare",
    "error_bands": "quayline.study.forecast", "net_forecast": "quayline.study.forecast",
    "verify": "quayline.study.verify", "story": "quayline.study.why", "why": "quayline.study.why",
}  # fmt: skip
__all__ = [
    "RunFolder", "carbon", "compare", "error_bands", "flow", "load", "net_forecast", "run", "shipped_names", "story",
    "verify", "why",
]  # fmt: skip

use_kernel_cache()


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Public names, imported at first use: `import quayline` itself stays fast."""
    if name in ("carbon", "flow"):  # product systems and lines of one's own: ql.carbon.system, ql.flow.Line
        return import_module(f"quayline.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'quayline' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
