"""The account, number and search endpoints of rest.nexmo.com: what their parameters mean, and how they answer."""
