"""One function per endpoint, which reads as its docstring: verify, parse, decide, save, answer."""
