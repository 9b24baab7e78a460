"""As whom somebody may write: the identities of their accounts."""

from dataclasses import dataclass
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class Sender:
    """The first identity of an account bears the account's own address, and its sender's name unless it has another."""

    id: int
    public_id: UUID
    account_id: int
    account: UUID
    account_name: str
    colour: int
    first: bool
    name: str
    address: str
    reply_to: str
    signature_html: str
    signature_text: str
    sends: bool  # the account has a server for it, and is not paused

    @property
    def shown(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def senders(viewer: User) -> list[Sender]:
    """Of all accounts that are not deleted, oldest first, each account's own first."""
    return walls.read(
        viewer,
        Sender,
        f"""SELECT i.id, i.public_id, a.id, a.public_id, a.provider_name, a.colour, i.position = 0,
                   coalesce(nullif(i.name, ''), a.sender_name), CASE WHEN i.position = 0 THEN a.address ELSE i.address END,
                   i.reply_to, i.signature_html, i.signature_text, a.smtp_host <> '' AND a.paused_at IS NULL
            FROM store_identity i JOIN store_account a ON a.id = i.account_id
            WHERE {walls.mine("i")} AND {walls.mine("a")} AND a.deleted_at IS NULL ORDER BY a.id, i.position, i.id""",
    )


def sender(viewer: User, public_id: UUID) -> Sender | None:
    return next((one for one in senders(viewer) if one.public_id == public_id), None)
