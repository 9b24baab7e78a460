from tests.internet import internet

__all__ = ["internet"]
