"""Users, tokens and the audit log from the command line, beside a running server and without."""

import json
import subprocess

import httpx2
import pytest

from pagemill.cli import error_line, main
from pagemill.errors import PagemillError
from pagemill.testing.documents import text_pdf
from pagemill_process import COMMAND, clean_environment, serving

OLD_TEXT = "sk-prod.7f3a~9+client=="


@pytest.fixture
def user(tmp_path, capsys):
    """Runs `pagemill user <line>` on a data folder; gives code, stdout and stderr."""

    def command(line):
        code = main(["user", *line.split(), "--data", str(tmp_path / "data")])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def ann(user):
    assert user("add ann --pages-per-day 100")[0] == 0


def shown(user, line):
    return json.loads(user(f"{line} --json")[1])


def limits(user, name="ann"):
    (found,) = (one for one in shown(user, "list") if one["id"] == name)
    given = {name: bound for name, bound in found["limits"].items() if bound is not None}
    return given | {name: found[name] for name in ("max_running", "page_seconds") if found[name]}


def test_a_new_user_is_listed_with_role_and_limits(user):
    line = "add ann --role read-only --requests-per-minute 60 --keep-hours 1.5 --max-running 2"
    assert user(line)[:2] == (0, "ann\n")
    _, out, _ = user("list")
    row = next(line for line in out.splitlines() if line.startswith("ann"))
    name, role, state, since, told = row.split("\t")
    assert (name, role, state) == ("ann", "read-only", "active")
    assert since.endswith("Z")
    assert told == "requests_per_minute 60, keep_hours 1.5, max_running 2"


def test_every_limit_can_be_given(user):
    given = {
        "requests_per_minute": 1,
        "pages_per_day": 2,
        "max_stored_mb": 3,
        "max_waiting_jobs": 4,
        "keep_hours": 5.5,
        "keep_jobs": 6,
        "keep_mb": 7,
        "max_running": 8,
        "page_seconds": 9.5,
    }
    options = [f"--{name.replace('_', '-')} {bound}" for name, bound in given.items()]
    assert user(f"add ann --weight 2 {' '.join(options)}")[0] == 0
    assert limits(user) == given


@pytest.mark.usefixtures("ann")
def test_what_is_not_named_stays(user):
    user("set ann --keep-jobs 5 --role admin")
    assert limits(user) == {"pages_per_day": 100, "keep_jobs": 5}
    code, out, _ = user("set ann --inactive")
    assert code == 0
    assert out.startswith("ann\tadmin\tinactive\t")
    assert shown(user, "set ann --active")["active"] is True


@pytest.mark.usefixtures("ann")
def test_a_limit_is_given_back_to_the_settings(user):
    user("set ann --max-running 2 --page-seconds 9")
    words = " ".join(f"--{name} default" for name in ("pages-per-day", "max-running"))
    assert user(f"set ann {words}")[0] == 0
    assert limits(user) == {"page_seconds": 9.0}
    user("set ann --pages-per-day 0")
    assert limits(user)["pages_per_day"] == 0


@pytest.mark.usefixtures("ann")
def test_tokens_are_listed_without_their_text_and_end_when_revoked(user):
    text = user("token ann --name laptop --scopes read --days 2")[1].strip()
    _, out, _ = user("token ann --list")
    shown_id, state, scopes, *times, name = out.rstrip("\n").split("\t")
    assert (state, scopes, name) == ("in force", "read", "laptop")
    assert text.startswith(shown_id)
    assert text not in out
    assert [bool(at) for at in times] == [True, True, False]
    assert user(f"token ann --revoke {shown_id}") == (0, f"{shown_id} revoked\n", "")
    assert user("token ann --list")[1].split("\t")[1] == "revoked"


@pytest.mark.usefixtures("ann")
def test_a_token_is_revoked_by_any_beginning_that_tells_it_from_others(user):
    first, second = (user("token ann")[1].strip() for _ in range(2))
    code, _, err = user("token ann --revoke pm_")
    assert code == 2
    assert "2 tokens of ann begin with 'pm_'" in err
    assert user(f"token ann --revoke {first}")[0] == 0
    states = {token["id"]: bool(token["revoked_at"]) for token in shown(user, "token ann --list")}
    assert states == {first[:11]: True, second[:11]: False}


@pytest.mark.usefixtures("ann")
def test_the_log_tells_who_did_what(user):
    user("set ann --inactive")
    user("token ann")
    code, out, _ = user("log local")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert [(who, did) for _, who, did, *_ in rows] == [
        ("local", "token.add"),
        ("local", "user.set"),
        ("local", "user.add"),
    ]
    assert user("log ann")[1] == ""
    (newest,) = shown(user, "log --limit 1")
    assert (newest["action"], newest["user"]) == ("token.add", "local")


def test_an_error_tells_when_trying_again_makes_sense():
    error = PagemillError("too_many_requests", retry_after=75)
    assert error_line(error).endswith(" Try again in 1 min 15 s.")


@pytest.mark.usefixtures("ann")
def test_names_that_others_chose_steer_no_terminal(user, capsys, tmp_path):
    main(["user", "token", "ann", "--name", "\x1b[2Jx\ty", "--data", str(tmp_path / "data")])
    capsys.readouterr()
    _, out, _ = user("token ann --list")
    assert out.rstrip("\n").split("\t")[-1] == "?[2Jx?y"


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("add ann", "There is a user 'ann' already"),
        ("add Ann!", "no name for a user"),
        ("add bob --role king", "--role"),
        ("add bob --pages-per-day many", "'many' is neither a number nor `default`"),
        ("add bob --pages-per-day 1.5", "neither a number"),
        ("add bob --max-running 0", "It must lie between 1 and 1024"),
        ("add bob --keep-hours nan", "`keep_hours` is nan"),
        ("set ann", "Nothing is to be changed"),
        ("set bob --inactive", "There is no user 'bob'"),
        ("set ann --weight 0", "`weight` is 0"),
        ("token bob", "There is no user 'bob'"),
        ("token ann --scopes admin", "Allowed: read, write"),
        ("token ann --days 9999", "At most 3650 days"),
        ("token ann --revoke pm_zzzzzzzz", "No token of ann begins with 'pm_zzzzzzzz'"),
        ("token ann --revoke=", "No token of ann begins with ''"),
        ("token ann --list --import", "Only one of"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_next_step(user, line, words):
    code, out, err = user(line)
    assert (code, out) == (2, "")
    (told,) = err.splitlines()
    assert told.startswith("pagemill: ")
    assert words in told
    assert told.endswith(".")
    assert [one["id"] for one in shown(user, "list")] == ["ann", "local"]


def say(tmp_path, arguments, text):
    """A command that reads `text` from stdin."""
    return subprocess.run(
        [*COMMAND, *arguments.split(), "--data", str(tmp_path / "data")],
        env=clean_environment({}),
        input=text,
        capture_output=True,
        text=True,
    )


@pytest.mark.usefixtures("ann")
def test_an_imported_token_shows_nothing_of_its_text(tmp_path, user):
    done = say(tmp_path, "user token ann --import --name scanner", f"{OLD_TEXT}\n")
    assert done.returncode == 0, done.stderr
    (token,) = shown(user, "token ann --list")
    assert done.stdout == f"{token['id']}\n"
    assert token["id"].startswith("im_")
    told = done.stdout + done.stderr + json.dumps(shown(user, "log"))
    assert OLD_TEXT[:6] not in told


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No token came on stdin"),
        ("short", "16 to 256"),
        ("two words are no token", "no text for a token"),
        ("x" * 5000, "no text for a token"),
        (OLD_TEXT, "There is a token of that text"),
    ],
)
def test_what_cannot_be_imported_says_why(tmp_path, text, words):
    say(tmp_path, "user token local --import", OLD_TEXT)
    done = say(tmp_path, "user token ann --import", text)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert words in line


def test_settings_do_not_show_the_token(run):
    done = run("settings", token=OLD_TEXT)
    assert "token\t(hidden)\tPAGEMILL_TOKEN" in done.stdout
    assert OLD_TEXT not in run("settings", "--json", token=OLD_TEXT).stdout


@pytest.fixture
def closed(tmp_path):
    """The address of a server that asks for tokens, on the data folder of `user`."""
    with serving(tmp_path, require_tokens=True) as url:
        yield url


def test_a_script_takes_the_token_and_comes_in_with_it(closed, run, tmp_path):
    made = run("user", "token", "local", "--data", tmp_path / "data")
    assert made.returncode == 0
    (token,) = made.stdout.splitlines()
    assert token not in made.stderr
    assert run("jobs", url=closed, token=token).returncode == 0
    assert run("jobs", "--url", closed, "--token", token).returncode == 0
    turned_away = run("jobs", url=closed)
    assert turned_away.returncode == 2
    assert "asks for a token" in turned_away.stderr


def test_what_is_changed_holds_at_once_while_a_server_runs(closed, run, user, tmp_path):
    user("add ann")
    token = user("token ann")[1].strip()
    (tmp_path / "a.pdf").write_bytes(text_pdf(1))
    (tmp_path / "large.pdf").write_bytes(text_pdf(2) + b"%" * 1024 * 1024)
    with_token = {"url": closed, "token": token}
    user("set ann --max-stored-mb 1")
    first = run("submit", "large.pdf", "a.pdf", **with_token)
    assert first.returncode == 1
    assert len(first.stdout.split()) == 1
    assert first.stderr.startswith("large.pdf: ")
    assert first.stderr.endswith("[quota_bytes]\n")
    user("set ann --role read-only")
    refused = run("submit", "a.pdf", **with_token)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "scope `write`" in refused.stderr
    user("set ann --inactive")
    assert run("jobs", **with_token).returncode == 2
    user("set ann --active")
    assert run("jobs", **with_token).returncode == 0
    user(f"token ann --revoke {token[:11]}")
    assert "The token was revoked" in run("jobs", **with_token).stderr


def test_an_old_client_goes_on_with_its_imported_token(closed, user, tmp_path):
    user("add ann")
    done = say(tmp_path, "user token ann --import", OLD_TEXT)
    assert done.returncode == 0, done.stderr
    headers = {"Authorization": f"Bearer {OLD_TEXT}"}
    assert httpx2.get(f"{closed}/v1/me", headers=headers).json()["id"] == "ann"
