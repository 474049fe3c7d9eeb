"""The WSGI entry point: gunicorn runs `wsgi:app`."""

from community.app import create_app
from config import Config

app = create_app(Config.from_env())
