"""Who may use an address: declared beside it, for each method, and refused when nothing is declared."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver, include, path

from .snapshots import InSnapshot, usual

METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Policy:
    """A rule for one method. `roles` empty and `login` false: anyone."""

    label: str
    login: bool = False
    roles: frozenset[str] = frozenset()

    def allows(self, actor: "Actor") -> bool:
        if self.roles:
            return actor.has_role(*self.roles)
        return actor.signed_in if self.login else True


@dataclass(frozen=True)
class Actor:
    """Who asks: the user, and the roles held in the campaign of this address."""

    user: Any
    roles: list[Any] = field(default_factory=list)

    @property
    def signed_in(self) -> bool:
        return bool(self.user and self.user.is_authenticated)

    def has_role(self, *names: str) -> bool:
        return any(role.name in names for role in self.roles)

    def role(self, *names: str) -> Any:
        """The first role with one of these names; the policy of the address made sure that there is one."""
        return next(role for role in self.roles if role.name in names)


ANYONE = Policy("anyone")
SIGNED_IN = Policy("signed in", login=True)


def role(*names: str) -> Policy:
    """Signed in and holding one of these roles in the campaign of the address."""
    return Policy(" or ".join(names), login=True, roles=frozenset(names))


def guarded(
    route: str, view: Callable[..., Any], *, name: str, GET: Policy | None = None, POST: Policy | None = None, snapshot: InSnapshot | None = None
) -> URLPattern:  # fmt: skip
    """A `path` whose methods carry policies. HEAD follows GET; a method without a policy is refused.

    `snapshot` says how static copies carry a page that anyone may read; what goes without saying stands in `kit.snapshots.usual`.
    """
    return path(route, _with_policies(view, snapshot, GET=GET, POST=POST), name=name)


def guarded_include(route: str, module: str, *, GET: Policy, POST: Policy, snapshot: InSnapshot | None = None) -> URLResolver:
    """Another library's addresses, all under the same policies."""
    resolver = path(route, include(module))
    for pattern in _patterns_of(resolver):
        pattern.callback = _with_policies(pattern.callback, snapshot, GET=GET, POST=POST)
    return resolver


def policies_of(view: Callable[..., Any]) -> dict[str, Policy] | None:
    return getattr(view, "policies", None)


def declared_policies() -> Iterator[tuple[str, str, dict[str, Policy] | None]]:
    """Each address of the site as (route, name, policies by method); policies is None where none was declared."""
    for route, pattern in _walk(get_resolver(), ""):
        yield route, pattern.name or "", policies_of(pattern.callback)


def open_addresses() -> Iterator[tuple[str, URLPattern, InSnapshot | None]]:
    """Each address that anyone may read: its route, its pattern, and how snapshots carry it; None where that is not declared."""
    for route, pattern in _walk(get_resolver(), ""):
        declared = policies_of(pattern.callback) or {}
        if declared.get("GET") is ANYONE:
            said = getattr(pattern.callback, "snapshot", None)
            yield route, pattern, said or usual(pattern.pattern.converters, declared)


def _with_policies(view: Callable[..., Any], snapshot: InSnapshot | None, **by_method: Policy | None) -> Callable[..., Any]:
    def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    update_wrapper(guarded_view, view)
    guarded_view.policies = {method: policy for method, policy in by_method.items() if policy}  # an attribute of a function
    guarded_view.snapshot = snapshot  # as above
    return guarded_view


def _patterns_of(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns_of(pattern)
        else:
            yield pattern


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        else:
            yield route, pattern
