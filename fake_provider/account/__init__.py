"""The account endpoints of rest.nexmo.com."""
