# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Applications, consent codes and tokens (auth.md 2 to 5)."""

from dataclasses import dataclass, field

from .errors import ApiError, business


@dataclass
class App:
    """An application registered at the platform."""

    client_id: str
    client_secret: str


@dataclass
class Grant:
    """What one shop allows one application: one pair of tokens at a time."""

    client_id: str
    mall_id: int
    access_token: str
    access_expires: float
    refresh_token: str
    refresh_expires: float
    scope: set = field(default_factory=set)


@dataclass
class Code:
    """A consent not yet exchanged; single use."""

    client_id: str
    mall_id: int
    expires: float


class Tokens:
    """All consents of the platform.

    A new consent voids the older code and both older tokens of the same application
    and shop at once; refreshing rotates both tokens.

    :param Settings settings: lives of codes and tokens
    :param random.Random rng: source of codes and tokens
    :param scope: names of all methods a consent covers
    """

    def __init__(self, settings, rng, scope):
        self._settings = settings
        self._rng = rng
        self._scope = frozenset(scope)
        self._codes = {}
        self._grants = {}
        self._access = {}
        self._refresh = {}
        self._old_access = {}

    def consent(self, client_id, mall_id, now):
        """Record a shop's consent and return the code to exchange."""
        self.revoke(client_id, mall_id)
        code = f"{self._rng.getrandbits(128):032x}"
        expires = now + self._settings.code_life
        self._codes[code] = Code(client_id, mall_id, expires)
        return code

    def exchange(self, code, client_id, now):
        """Turn a code into a grant.

        :raise ApiError: the code is unknown, used, expired or another application's
        """
        entry = self._codes.get(code)
        if not entry or entry.client_id != client_id or entry.expires < now:
            raise business("code_void")
        del self._codes[code]
        return self.issue(client_id, entry.mall_id, now)

    def issue(self, client_id, mall_id, now):
        """Make a grant outright, as an exchanged consent does."""
        grant = Grant(client_id, mall_id, "", 0.0, "", 0.0, set(self._scope))
        self._grants[client_id, mall_id] = grant
        grant.refresh_expires = now + self._settings.refresh_life
        self._rotate(grant, now)
        return grant

    def refresh(self, refresh_token, client_id, now):
        """Rotate the tokens of a grant.

        :raise ApiError: 20032 for a void token, 10019 for an expired one
        """
        grant = self._refresh.get(refresh_token)
        if not grant or grant.client_id != client_id:
            raise ApiError(20032, "refresh_token无效")
        if grant.refresh_expires <= now:
            raise ApiError(10019, "refresh_token已过期")
        if self._settings.refresh_extends:
            grant.refresh_expires = now + self._settings.refresh_life
        self._rotate(grant, now)
        return grant

    def check(self, access_token, client_id, api, now):
        """Return the grant behind an access token.

        :raise ApiError: 20032 void, 10019 expired, 20031 method not granted
        """
        grant, expires = self._find(access_token)
        if not grant or grant.client_id != client_id:
            raise ApiError(20032)
        if expires <= now:
            raise ApiError(10019, "access_token已过期")
        if api not in grant.scope:
            raise ApiError(20031)
        return grant

    def grant_of(self, client_id, mall_id):
        """Return the current grant of a shop, or None."""
        return self._grants.get((client_id, mall_id))

    def revoke(self, client_id, mall_id):
        """Void the code and the tokens of a shop."""
        grant = self._grants.pop((client_id, mall_id), None)
        if grant:
            self._forget(grant)
        self._codes = {
            code: entry
            for code, entry in self._codes.items()
            if (entry.client_id, entry.mall_id) != (client_id, mall_id)
        }

    def _find(self, access_token):
        grant = self._access.get(access_token)
        if grant:
            return grant, grant.access_expires
        return self._old_access.get(access_token, (None, 0.0))

    def _rotate(self, grant, now):
        if not self._settings.refresh_voids_access and grant.access_token:
            self._old_access[grant.access_token] = (grant, grant.access_expires)
        self._access.pop(grant.access_token, None)
        self._refresh.pop(grant.refresh_token, None)
        grant.access_token = f"{self._rng.getrandbits(160):040x}"
        grant.refresh_token = f"{self._rng.getrandbits(160):040x}"
        grant.access_expires = now + self._settings.access_life
        self._access[grant.access_token] = grant
        self._refresh[grant.refresh_token] = grant

    def _forget(self, grant):
        self._access.pop(grant.access_token, None)
        self._refresh.pop(grant.refresh_token, None)
        self._old_access = {
            token: entry
            for token, entry in self._old_access.items()
            if entry[0] is not grant
        }
