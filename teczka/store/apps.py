from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "teczka.store"
    label = "store"
