"""Pictures within a letter: kept by Content-ID, shown in the page by an address of ours."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from teczka.store.queries.drafts import EnclosureLine


def address(draft: UUID, file: UUID) -> str:
    return reverse("compose_file", args=[draft, file])


def shown(html: str, draft: UUID, files: Sequence[EnclosureLine]) -> str:
    for file in files:
        if file.content_id:
            html = html.replace(f'src="cid:{file.content_id}"', f'src="{address(draft, file.public_id)}"')
    return html


def kept(html: str, draft: UUID, files: Sequence[EnclosureLine]) -> str:
    for file in files:
        if file.content_id:
            html = html.replace(f'src="{address(draft, file.public_id)}"', f'src="cid:{file.content_id}"')
    return html
