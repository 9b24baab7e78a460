"""Passkeys (WebAuthn): where they work, and what a browser is asked for. What it answers is checked in actions/webauthn.py."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

MOST = 20  # of one person
LONGEST_NAME = 60
LONGEST_ID = 1023  # bytes of a credential's id (WebAuthn Level 3 §4)
LONGEST_ANSWER = (
    20_000  # characters of JSON: the keys that are longest, those of some companies' devices, fill a third of it
)
CHALLENGE_BYTES = 32
SECONDS = 5 * 60  # for which a challenge stands, and a browser waits for the person (WebAuthn Level 3 §15.1)
ALGORITHMS = (-8, -7, -257)  # EdDSA, ES256, RS256, by their COSE numbers: those that authenticators have
TRANSPORTS = ("ble", "hybrid", "internal", "nfc", "smart-card", "usb")
_PORTS = {"https": ":443", "http": ":80"}
_SYSTEMS = {  # in a browser's name for itself; the first that is there: Android says Linux, too
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "Chromebook",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where people reach us. A passkey is made for `name` (the RP ID) and used at `origin` alone."""

    origin: str
    name: str

    @property
    def works(self) -> bool:
        """Browsers have passkeys at a name, over HTTPS or on the same machine (WebAuthn Level 2 §5.1.2, step 6): at no bare address."""
        local = self.name == "localhost" or self.name.endswith(".localhost")
        return bool(self.name) and not _bare(self.name) and (self.origin.startswith("https://") or local)


def place_of(address: str) -> Place:
    """`address`: with its scheme. The origin as a browser writes it: in small letters, without the port that is the scheme's own."""
    parts = urlsplit(address.lower())
    host = parts.netloc.removesuffix(_PORTS.get(parts.scheme, ""))
    return Place(f"{parts.scheme}://{host}", parts.hostname or "")


def device_of(user_agent: str) -> str:
    """What a new passkey may be called: the kind of machine. Empty where it cannot be told."""
    return next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")


def as_text(raw: bytes) -> str:
    """In base64url, without padding, as JSON carries bytes (WebAuthn Level 3 §5.1.10)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def asked_to_make(
    place: Place, challenge: bytes, handle: bytes, email: str, name: str, had: Iterable[tuple[bytes, Iterable[str]]]
) -> dict[str, Any]:
    """For navigator.credentials.create, as JSON. It is found without an address being typed (a discoverable credential), and its device
    asks for a finger, a face or a PIN (user verification). `had`: the person's others, each with its transports: one a device."""
    return {
        "challenge": as_text(challenge),
        "rp": {"id": place.name, "name": "Teczka"},
        "user": {"id": as_text(handle), "name": email, "displayName": name},
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
        "timeout": SECONDS * 1000,
        "excludeCredentials": _listed(had),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def asked_to_use(place: Place, challenge: bytes, had: Iterable[tuple[bytes, Iterable[str]]] = ()) -> dict[str, Any]:
    """For navigator.credentials.get, as JSON. `had`: those of whoever has said their password; none: whichever the device has."""
    return {
        "challenge": as_text(challenge),
        "rpId": place.name,
        "timeout": SECONDS * 1000,
        "allowCredentials": _listed(had),
        "userVerification": "required",
    }


def _listed(had: Iterable[tuple[bytes, Iterable[str]]]) -> list[dict[str, Any]]:
    return [{"type": "public-key", "id": as_text(one), "transports": list(ways)} for one, ways in had]


def _bare(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
