from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class WebConfig(AppConfig):
    name = "teczka.web"
    label = "web"

    def ready(self) -> None:
        register = import_module("teczka.web.session.register")  # models can be imported from here on
        user_logged_in.connect(register.came)
        user_logged_out.connect(register.went)
