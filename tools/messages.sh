#!/bin/sh
# Gathers the words to translate from code and templates into teczka/web/locale/pl. English is the language of the code,
# and only teczka/web speaks with people in words of its own.
set -eu
cd "$(dirname "$0")/../teczka/web"
mkdir -p locale
../../.venv/bin/django-admin makemessages --locale pl --no-location --no-obsolete --no-wrap --ignore 'static/*'
