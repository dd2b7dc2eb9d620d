"""The documentation site's own part of Sphinx: what a table knows is made of it while the site is built.

A page in ``docs/`` holds the words; where it says ``<!-- made: NAME -->`` the maker of that name in ``makers`` puts
what it makes: nothing is written by hand twice, and nothing can go stale. What the page has between that line and
``<!-- end -->`` is for who reads the file: where else to look, and how to build the site, which leaves it out.

markdown      tables, and texts that stay what they are
commands      what the commands take, from their parsers
control_api   the control API, from its OpenAPI description; examples: its calls, made and answered
settings      what a configuration file takes, from the tables that read it
vocabulary    diagnoses, findings, statuses, magic numbers, scenarios, faults
python_api    the public names, for autodoc; the fixtures, marks and options of pytest
makers        all of them, by name
links         links within the repository, for a page at another place
navigation    the tree of pages, from the links of docs/index.md
access        what the theme lacks for keyboards and screen readers
extension     what Sphinx calls
"""
