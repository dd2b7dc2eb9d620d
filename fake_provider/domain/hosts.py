"""The real hosts, which a fake stands in for."""

HOSTS = ("dashboard.nexmo.com", "rest.nexmo.com")
