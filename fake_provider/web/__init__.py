"""The Werkzeug application: routes, the control API, the pages."""
