"""Users and tokens, on the data folder itself: a server that runs on it sees every change at once.

Whoever may write to the folder owns everything in it, so nobody is asked for a token here.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from getpass import getpass

from pagemill.access import MAX_HEADER, prefix_of
from pagemill.app.house import open_house
from pagemill.cli.screen import Screen, moment
from pagemill.errors import PagemillError
from pagemill.model.people import Deed, Role, Token, User
from pagemill.service import Office
from pagemill.settings import Settings

USER_COLUMNS = ("Name", "Role", "State", "Since", "Limits")
TOKEN_COLUMNS = ("Token", "State", "Scopes", "Made", "Ends", "Used", "Name")
OWN_COLUMNS = ("max_running", "page_seconds")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What shall be so from now on; None leaves it as it is. Of `bounds`, by the names of the
    user's limits, None leaves one to the settings.
    """

    role: Role | None = None
    is_active: bool | None = None
    weight: float | None = None
    bounds: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        return self == Wishes()

    def grant(self, user: User) -> User:
        given = {name: self.bounds[name] for name in OWN_COLUMNS if name in self.bounds}
        limits = {name: bound for name, bound in self.bounds.items() if name not in OWN_COLUMNS}
        return replace(
            user,
            role=user.role if self.role is None else self.role,
            is_active=user.is_active if self.is_active is None else self.is_active,
            weight=user.weight if self.weight is None else self.weight,
            limits=replace(user.limits, **limits),  # type: ignore[arg-type]  # whole where it must be
            **given,  # type: ignore[arg-type]
        )


@dataclass(frozen=True, slots=True)
class NewToken:
    user_id: str
    name: str
    scopes: Sequence[str]
    days: float


@contextmanager
def open_office(settings: Settings) -> Iterator[Office]:
    with closing(open_house(settings)) as house:
        yield house.office


def add_user(settings: Settings, name: str, wishes: Wishes, screen: Screen) -> int:
    with open_office(settings) as office:
        user = office.add_user(wishes.grant(User(name)))
    if screen.is_json:
        screen.give_json(_user_json(user))
    else:
        screen.give(user.id)
        screen.say(f"To come in they need a token: pagemill user token {user.id}")
    return 0


def change_user(settings: Settings, name: str, wishes: Wishes, screen: Screen) -> int:
    if wishes.is_nothing:
        raise PagemillError(
            "invalid_options",
            "Nothing is to be changed",
            "Name what shall be different; `pagemill user set --help` lists it.",
        )
    with open_office(settings) as office:
        user = office.edit_user(name, wishes.grant)
    if screen.is_json:
        screen.give_json(_user_json(user))
    else:
        screen.give_table(USER_COLUMNS, [_user_row(user, screen)])
    return 0


def list_users(settings: Settings, screen: Screen) -> int:
    with open_office(settings) as office:
        users = office.users()
    if screen.is_json:
        screen.give_json([_user_json(user) for user in users])
    else:
        screen.give_table(USER_COLUMNS, [_user_row(user, screen) for user in users])
    return 0


def require_one_wish(*, is_import: bool, is_list: bool, is_revoke: bool) -> None:
    if is_import + is_list + is_revoke > 1:
        raise PagemillError(
            "invalid_options",
            "Only one of --import, --list and --revoke is possible",
            "Call the command once for each.",
        )


def make_token(settings: Settings, asked: NewToken, screen: Screen) -> int:
    """The text goes to stdout alone, so that a script can take it."""
    with open_office(settings) as office:
        token, text = office.add_token(asked.user_id, asked.name, asked.scopes, asked.days)
    if screen.is_json:
        screen.give_json(_token_json(token) | {"token": text})
        return 0
    screen.say(f"{_account(token)} This is its text; it is not shown again:")
    screen.give(text)
    return 0


def import_token(settings: Settings, asked: NewToken, screen: Screen) -> int:
    text = _text_from_stdin()
    with open_office(settings) as office:
        token, _ = office.add_token(asked.user_id, asked.name, asked.scopes, asked.days, text=text)
    if screen.is_json:
        screen.give_json(_token_json(token))
        return 0
    screen.say(_account(token))
    screen.give(token.id)
    return 0


def list_tokens(settings: Settings, name: str, screen: Screen) -> int:
    with open_office(settings) as office:
        tokens, now_ms = office.tokens(name), office.clock.now_ms()
    if screen.is_json:
        screen.give_json([_token_json(token) for token in tokens])
    else:
        screen.give_table(TOKEN_COLUMNS, [_token_row(token, now_ms, screen) for token in tokens])
    return 0


def revoke_token(settings: Settings, name: str, prefix: str, screen: Screen) -> int:
    """By the beginning that is shown of it, or a part of that, or the whole text."""
    with open_office(settings) as office:
        token = _only_one(office.tokens(name), name, prefix_of(prefix))
        office.revoke_token(token.id, name)
        (revoked,) = (one for one in office.tokens(name) if one.id == token.id)
    if screen.is_json:
        screen.give_json(_token_json(revoked))
    else:
        screen.give(f"{token.id} revoked")
    return 0


def show_log(settings: Settings, name: str, limit: int, screen: Screen) -> int:
    with open_office(settings) as office:
        deeds = office.deeds(name, limit=limit)
    if screen.is_json:
        screen.give_json([_deed_json(deed) for deed in deeds])
    else:
        screen.give_lines([_deed_row(deed) for deed in deeds])
    return 0


def _text_from_stdin() -> str:
    """Not from the command line, which everybody on the machine can see."""
    if sys.stdin.isatty():
        text = getpass("The token's text: ")
    else:
        text = sys.stdin.buffer.read(2 * MAX_HEADER).decode("utf-8", "replace")
    if not text.strip():
        raise PagemillError(
            "invalid_options",
            "No token came on stdin",
            "Send its text: `pagemill user token NAME --import < FILE`.",
        )
    return text.strip()


def _only_one(tokens: Sequence[Token], name: str, prefix: str) -> Token:
    found = [token for token in tokens if prefix and token.id.startswith(prefix)]
    if not found:
        raise PagemillError("token_not_found", f"No token of {name} begins with '{prefix}'")
    if len(found) > 1:
        raise PagemillError(
            "invalid_options",
            f"{len(found)} tokens of {name} begin with '{prefix}'",
            f"Give more of it: {', '.join(token.id for token in found[:5])}.",
        )
    return found[0]


def _account(token: Token) -> str:
    ends = f"until {moment(token.expires_ms)}" if token.expires_ms else "until it is revoked"
    return f"{token.id} lets {token.user_id} {', '.join(token.scopes)} {ends}."


def _user_row(user: User, screen: Screen) -> tuple[str, ...]:
    limits = {**asdict(user.limits), **{name: getattr(user, name) for name in OWN_COLUMNS}}
    told = [f"{name} {bound:g}" for name, bound in limits.items() if bound is not None]
    if user.weight != 1:
        told.append(f"weight {user.weight:g}")
    state = "active" if user.is_active else "inactive"
    return (user.id, user.role, state, screen.day(user.created_ms), ", ".join(told))


def _token_row(token: Token, now_ms: int, screen: Screen) -> tuple[str, ...]:
    if token.revoked_ms is not None:
        state = "revoked"
    elif token.expires_ms is not None and token.expires_ms <= now_ms:
        state = "expired"
    else:
        state = "in force"
    times = (token.created_ms, token.expires_ms, token.used_ms)
    made, ends, used = (screen.day(at_ms) for at_ms in times)
    return (token.id, state, ",".join(token.scopes), made, ends, used, token.name)


def _deed_row(deed: Deed) -> tuple[str, ...]:
    return (
        moment(deed.at_ms),
        deed.user_id,
        deed.action,
        deed.target,
        deed.token_id,
        deed.address,
        deed.detail,
    )


# The same members as over HTTP.


def _user_json(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "role": user.role,
        "limits": asdict(user.limits),
        "weight": user.weight,
        "max_running": user.max_running,
        "page_seconds": user.page_seconds,
        "automatic": user.is_automatic,
        "active": user.is_active,
        "created_at": moment(user.created_ms),
    }


def _token_json(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": moment(token.created_ms),
        "expires_at": moment(token.expires_ms) or None,
        "revoked_at": moment(token.revoked_ms) or None,
        "used_at": moment(token.used_ms) or None,
    }


def _deed_json(deed: Deed) -> dict[str, object]:
    return {
        "id": deed.id,
        "at": moment(deed.at_ms),
        "user": deed.user_id,
        "token": deed.token_id,
        "address": deed.address,
        "action": deed.action,
        "target": deed.target,
        "detail": deed.detail,
    }
