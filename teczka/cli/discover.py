"""`teczka discover`: which servers an address has, and who says so. Needs neither Django nor a data folder."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from teczka.actions.lookup import look_up, look_up_offline
from teczka.core import providers
from teczka.core.discovery import Found, Offer, Outcome, Step
from teczka.core.errors import Problem
from teczka.core.policy import Policy
from teczka.core.problems import in_words
from teczka.core.settings import SettingError


def main(argv: list[str]) -> int:
    options = argparse.ArgumentParser(prog="teczka discover", description="Find the mail servers of an address.")
    options.add_argument("address", metavar="ADDRESS")
    options.add_argument("--offline", action="store_true", help="by the built-in table alone; nobody is asked")
    options.add_argument("--ispdb", action="store_true", help="Thunderbird's public directory may be asked, too")
    options.add_argument("--json", action="store_true", help="one JSON document")
    chosen = options.parse_args(argv)
    try:
        found = look_up_offline(chosen.address) if chosen.offline else _search(chosen.address, chosen.ispdb)
    except (Problem, SettingError) as failed:
        print(f"teczka: {in_words(failed, unsaved=True) if isinstance(failed, Problem) else failed}", file=sys.stderr)
        return 1
    print(json.dumps(described(found), ensure_ascii=False) if chosen.json else "\n".join(_lines(found)))
    return 0 if found.incoming else 1


def described(found: Found) -> dict[str, Any]:
    """The fields of the command's JSON: stable names, part of the product's interface."""
    provider = providers.by_id(found.provider)
    about = (
        {"help": dict(provider.enable), "help_urls": [*filter(None, (provider.help_url, *provider.help_urls))]}
        if provider
        else {}
    )
    servers = {
        "incoming": [_server(one) for one in found.incoming],
        "outgoing": [_server(one) for one in found.outgoing],
    }
    return found.as_json() | servers | about


def _server(offer: Offer) -> dict[str, Any]:
    told = asdict(offer)
    return {"protocol": told.pop("service"), **told.pop("server"), **told}


def _search(address: str, ispdb: bool) -> Found:
    found: Found | None = None
    for told in look_up(address, Policy(ask_ispdb=ispdb)):
        if isinstance(told, Found):
            found = told
        elif told.outcome is not Outcome.ASKING:
            print(_step(told), file=sys.stderr)
    assert found is not None  # noqa: S101  nobody stopped it
    return found


def _step(step: Step) -> str:
    return f"{step.source.value:<12} {step.subject}: {step.outcome.value}"


def _lines(found: Found) -> Iterator[str]:
    yield f"{found.name} ({found.source.value}, {found.source.trust.value})"
    for offer in found.offers:
        yield "  " + _offer(offer)
    if found.unknown_domain:
        yield "There is no such domain."
    if found.suggestion:
        yield f"Did you mean {found.suggestion}?"
    provider = providers.by_id(found.provider)
    if provider:
        yield provider.enable["en"]


def _offer(offer: Offer) -> str:
    server = f"{offer.service.value:<5}{offer.server.host}:{offer.server.port}:{offer.server.security}"
    ways = ", ".join(way.value for way in offer.auth)
    like = f" like {offer.resembles}" if offer.resembles else ""
    return f"{server}  {offer.username} ({ways})  {offer.base_domain}: {offer.standing.value}{like}"
