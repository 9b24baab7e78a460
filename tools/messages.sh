#!/bin/sh
# Gathers the words to translate from code and templates into teczka/web/locale/pl. English is the language of the code.
set -eu
cd "$(dirname "$0")/../teczka"
DJANGO_SETTINGS_MODULE=teczka.settings ../.venv/bin/django-admin makemessages \
    --locale pl --no-location --no-obsolete --no-wrap --ignore 'static/*' --ignore 'migrations/*'
