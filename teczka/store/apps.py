from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_delete


class StoreConfig(AppConfig):
    name = "teczka.store"
    label = "store"

    def ready(self) -> None:
        announce_end = import_module("teczka.store.sessions").announce_end  # its models can be imported from here on
        post_delete.connect(announce_end, sender="sessions.Session")
