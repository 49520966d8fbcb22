"""People over HTTP: users, tokens, one's own settings, the audit log."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from pagemill.model.people import Deed, Role, Scope, Token, Usage, User, UserLimits
from pagemill.service import MySettings, SettingsChange
from pagemill.web.context import AtOffice, InHouse, Who
from pagemill.web.problems import PROBLEMS
from pagemill.web.views import rfc3339

MAX_DEEDS = 1000
router = APIRouter(prefix="/v1", responses=PROBLEMS)
UserId = Annotated[str, Path(max_length=64, description="A user's name.")]
TokenId = Annotated[str, Path(max_length=64, description="A token's visible beginning.")]


class LimitsModel(BaseModel):
    """Of one user; null leaves it to the settings, 0 is no limit."""

    requests_per_minute: int | None = Field(None, ge=0)
    pages_per_day: int | None = Field(None, ge=0)
    max_stored_mb: int | None = Field(None, ge=0)
    max_waiting_jobs: int | None = Field(None, ge=0)
    keep_hours: float | None = Field(None, ge=0)
    keep_jobs: int | None = Field(None, ge=0)
    keep_mb: int | None = Field(None, ge=0)


class UserChange(BaseModel):
    """Members left out stay as they are."""

    role: Role | None = None
    limits: LimitsModel | None = None
    weight: float | None = Field(None, gt=0, le=100)
    max_running: int | None = Field(None, ge=0, le=1024, description="0 leaves it to the settings.")
    page_seconds: float | None = Field(None, ge=0, le=86_400, description="0: the settings'.")
    automatic: bool | None = None
    active: bool | None = None


class NewUser(UserChange):
    id: str = Field(max_length=64)


class UserView(BaseModel):
    """`usage` counts what the limits bound; told where one user is asked for."""

    id: str
    role: Role
    limits: LimitsModel
    weight: float
    max_running: int | None
    page_seconds: float | None
    automatic: bool
    active: bool
    created_at: str
    usage: dict[str, int] | None = None


class UsersView(BaseModel):
    users: list[UserView]


class NewToken(BaseModel):
    """`days` 0 lasts until it is revoked; no `scopes` means all that the role allows."""

    name: str = Field("", max_length=100)
    scopes: list[Scope] = Field([], max_length=3)
    days: float = Field(0, ge=0, le=3650)


class TokenView(BaseModel):
    """`token` is its text, given once, when it is made."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    used_at: str | None
    token: str | None = None


class TokensView(BaseModel):
    tokens: list[TokenView]


class SettingsPatch(BaseModel):
    """Members left out stay as they are."""

    concurrent_ocr_jobs: int | None = Field(None, ge=1, le=1024)
    ocr_timeout_seconds: float | None = Field(None, ge=1, le=86_400)
    enable_background_ocr: bool | None = None


class SettingsView(BaseModel):
    settings: dict[str, Any]
    limits: dict[str, int | float]


class DeedView(BaseModel):
    id: int
    at: str
    user: str
    token: str
    address: str
    action: str
    target: str
    detail: str


class AuditView(BaseModel):
    """`next` is what `before` takes for older lines; null at the end."""

    deeds: list[DeedView]
    next: int | None


@router.get("/me/settings", tags=["me"])
def settings(house: InHouse, who: Who) -> SettingsView:
    """What I have set for myself, and the limits that hold for me."""
    return _settings(house, who, house.office.my_settings(who))


@router.patch("/me/settings", tags=["me"])
def change_settings(house: InHouse, who: Who, asked: SettingsPatch) -> SettingsView:
    """Changes what I may set for myself, within what the house allows."""
    change = SettingsChange(**asked.model_dump())
    return _settings(house, who, house.office.change_my_settings(change, who))


@router.get("/me/tokens", tags=["me"])
def my_tokens(office: AtOffice, who: Who) -> TokensView:
    """My tokens, ended ones too; their texts are not kept."""
    return TokensView(tokens=[_token(token) for token in office.tokens(who.id, who)])


@router.post("/me/tokens", tags=["me"], status_code=201)
def make_my_token(office: AtOffice, who: Who, asked: NewToken) -> TokenView:
    """Another token for me, with no more rights than this one has. Its text is shown only now."""
    made, text = office.add_token(who.id, asked.name, asked.scopes, asked.days, who)
    return _token(made, text)


@router.delete("/me/tokens/{token_id}", tags=["me"], status_code=204)
def revoke_my_token(office: AtOffice, who: Who, token_id: TokenId) -> None:
    """The token is of no use from now on."""
    office.revoke_token(token_id, who.id, who)


@router.get("/users", tags=["people"])
def users(office: AtOffice, who: Who) -> UsersView:
    """Everybody. For admins, as all of these."""
    return UsersView(users=[_user(user) for user in office.users(who)])


@router.post("/users", tags=["people"], status_code=201)
def add_user(office: AtOffice, who: Who, asked: NewUser) -> UserView:
    """A new user. They come in once they have a token."""
    return _user(office.add_user(_changed(User(asked.id), asked), who))


@router.get("/users/{user_id}", tags=["people"])
def user(office: AtOffice, who: Who, user_id: UserId) -> UserView:
    """One user with role and limits, and what they take up."""
    usage = office.usage_of(user_id, who)
    told = {name: getattr(usage, name) for name in Usage.__dataclass_fields__}
    return _user(office.user(user_id, who)).model_copy(update={"usage": told})


@router.patch("/users/{user_id}", tags=["people"])
def change_user(office: AtOffice, who: Who, user_id: UserId, asked: UserChange) -> UserView:
    """Changes role, limits and the rest; a user who is not `active` cannot come in."""
    return _user(office.edit_user(user_id, lambda user: _changed(user, asked), who))


@router.get("/users/{user_id}/tokens", tags=["people"])
def tokens(office: AtOffice, who: Who, user_id: UserId) -> TokensView:
    """A user's tokens."""
    return TokensView(tokens=[_token(token) for token in office.tokens(user_id, who)])


@router.post("/users/{user_id}/tokens", tags=["people"], status_code=201)
def make_token(office: AtOffice, who: Who, user_id: UserId, asked: NewToken) -> TokenView:
    """A token for this user. Its text is shown only now."""
    made, text = office.add_token(user_id, asked.name, asked.scopes, asked.days, who)
    return _token(made, text)


@router.delete("/users/{user_id}/tokens/{token_id}", tags=["people"], status_code=204)
def revoke_token(office: AtOffice, who: Who, user_id: UserId, token_id: TokenId) -> None:
    """The token is of no use from now on."""
    office.revoke_token(token_id, user_id, who)


@router.get("/audit", tags=["people"])
def audit(
    office: AtOffice,
    who: Who,
    user: Annotated[str, Query(max_length=64, description="Of one user; admins: `*`.")] = "",
    before: Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_DEEDS)] = 100,
) -> AuditView:
    """Who did what, newest first: my own deeds, or those of others for admins."""
    found = office.deeds("" if user == "*" else user or who.id, before, limit + 1, who)
    return AuditView(
        deeds=[_deed(deed) for deed in found[:limit]],
        next=found[limit - 1].id if len(found) > limit else None,
    )


def _settings(house: InHouse, who: Who, now: MySettings) -> SettingsView:
    limits = house.office.bounds_of(who.user)
    settings = {name: getattr(now, name) for name in MySettings.__dataclass_fields__}
    return SettingsView(settings=settings, limits={**house.limits(), **limits})


def _changed(user: User, asked: UserChange) -> User:
    given = asked.model_dump(exclude_unset=True, exclude={"id", "limits", "automatic", "active"})
    user = replace(user, **{k: v for k, v in given.items() if v is not None})
    if asked.max_running == 0:
        user = replace(user, max_running=None)
    if asked.page_seconds == 0:
        user = replace(user, page_seconds=None)
    if asked.automatic is not None:
        user = replace(user, is_automatic=asked.automatic)
    if asked.active is not None:
        user = replace(user, is_active=asked.active)
    if asked.limits is not None:
        limits = asked.limits.model_dump(exclude_unset=True)
        user = replace(user, limits=replace(user.limits, **limits))
    return user


def _user(user: User) -> UserView:
    limits = {name: getattr(user.limits, name) for name in UserLimits.__dataclass_fields__}
    return UserView(
        id=user.id,
        role=user.role,
        limits=LimitsModel(**limits),
        weight=user.weight,
        max_running=user.max_running,
        page_seconds=user.page_seconds,
        automatic=user.is_automatic,
        active=user.is_active,
        created_at=rfc3339(user.created_ms),
    )


def _token(token: Token, text: str | None = None) -> TokenView:
    return TokenView(
        id=token.id,
        name=token.name,
        scopes=list(token.scopes),
        created_at=rfc3339(token.created_ms),
        expires_at=_maybe(token.expires_ms),
        revoked_at=_maybe(token.revoked_ms),
        used_at=_maybe(token.used_ms),
        token=text,
    )


def _deed(deed: Deed) -> DeedView:
    return DeedView(
        id=deed.id,
        at=rfc3339(deed.at_ms),
        user=deed.user_id,
        token=deed.token_id,
        address=deed.address,
        action=deed.action,
        target=deed.target,
        detail=deed.detail,
    )


def _maybe(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
