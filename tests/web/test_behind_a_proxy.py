"""A proxy on this machine names whom it speaks for: `X-Forwarded-For`."""

from pathlib import Path

from pagemill.web import WebConfig
from web_house import LiveHouse, open_office, open_service, serving

WRONG = {"Authorization": "Bearer wrong-token-0123456789"}


def coming_from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


def test_the_log_holds_the_address_that_the_proxy_names(house: LiveHouse) -> None:
    with house.client() as client:
        file = {"file": ("a.pdf", house.pdf)}
        client.post("/v1/jobs", files=file, headers=coming_from("203.0.113.7"))
        (deed,) = client.get("/v1/audit").json()["deeds"]
    assert (deed["action"], deed["address"]) == ("job.submit", "203.0.113.7")


def test_wrong_tokens_of_one_address_keep_nobody_else_out(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    config = WebConfig(is_open=False, failed_logins_per_minute=1)
    with serving(service, tmp_path, config) as house, house.client() as client:
        _, token = open_office(service).add_token("local")
        guesses = [
            client.get("/v1/jobs", headers=WRONG | coming_from(address)).status_code
            for address in ("203.0.113.7", "203.0.113.7", "203.0.113.8")
        ]
        right = coming_from("203.0.113.9") | {"Authorization": f"Bearer {token}"}
        assert client.get("/v1/jobs", headers=right).status_code == 200
    service.ledger.close()
    assert guesses == [401, 429, 401]
