# Everything a fresh machine needs: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_CLIENT := tests/real_clients/node

# Hundreds of processes of the tests would compile all of the code, each for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo run test lint lint-code lint-format lint-types lint-imports mutants recording bench screenshots docs docs-serve system-packages clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

install: $(VENV)/.installed  ## set up .venv with fake-nexmo and nexmo-oauth

demo: $(VENV)/.installed  ## send one SMS through the whole OAuth flow and show what arrived
	@$(BIN)/python examples/demo.py

run: $(VENV)/.installed  ## serve until Ctrl-C on http://127.0.0.1:8080, or with ARGS="--port 8099"
	@$(BIN)/fake-nexmo serve $(ARGS)

test: $(VENV)/.installed-dev system-packages $(NODE_CLIENT)/node_modules  ## run every test
	$(BIN)/pytest -n auto --dist worksteal

lint: lint-code lint-format lint-types lint-imports  ## ruff, mypy strict, import-linter

lint-code: $(VENV)/.installed-dev
	$(BIN)/ruff check .

lint-format: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .

lint-types: $(VENV)/.installed-dev
	$(BIN)/mypy

lint-imports: $(VENV)/.installed-dev
	$(BIN)/lint-imports --no-cache

mutants: $(VENV)/.installed-dev  ## run the contract tests against wrong providers, all or with ARGS="webhooks --full"
	@$(BIN)/python -m tests.mutants $(ARGS)

# One test or a few of each kind: enough for drift to be tried, and few enough to be read.
RECORDED := (test_request_token and (out-of-band or javascript or test_the_answer_is_a_form)) \
	or (test_access_token and (exchanged_once or test_a_revoked_access_token)) \
	or (test_authorize and test_the_round_trip) \
	or (test_refusals and (test_a_replay_is_refused or sms-wrong-consumer-secret or signatures_differ)) \
	or (test_sms_json and (test_the_keys or as_a_text or is_a_text or text_only or of_a_part)) \
	or (test_sms_errors and (128_bytes or test_no_credentials)) \
	or (test_sms_xml and test_the_elements) or (test_sms_signature and md5) \
	or (test_account_balance and test_the_balance_in_json) or test_searches_that_find_nothing \
	or (test_webhooks and (keys_of_a_receipt or json_has_texts or comes_in_parts or pushed_again))

recording: $(VENV)/.installed-dev  ## record a few contract tests against a fake, into examples/recording
	@$(BIN)/pytest -q --pyargs contract_tests -k "$(RECORDED)" --record examples/recording

bench: $(VENV)/.installed-dev  ## measure beside the peers, in one run, and write docs/benchmarks.md
	@sh scripts/system-packages bench
	@$(BIN)/python -m bench

screenshots: $(VENV)/.installed-dev system-packages  ## take a picture of every page, light, dark and on a phone
	@$(BIN)/python scripts/screenshots.py

# Anew (-E): of what is made nothing shows in the date of a page.
docs: $(VENV)/.installed-docs  ## build the documentation site into build/site; a warning is an error
	@$(BIN)/python -m sphinx -E -b html -W --keep-going -q docs build/site
	@echo "make docs-serve shows it, with a search that has excerpts; or open file://$(CURDIR)/build/site/index.html"

docs-serve: docs  ## the same, and show it on http://127.0.0.1:8000, or with PORT=8001
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site $(or $(PORT),8000)

system-packages:  ## install the programs that tests drive (chromium, PHP, Node), where apt-get may
	@sh scripts/system-packages

clean:  ## remove everything that was set up or made
	rm -rf $(VENV) .bench $(NODE_CLIENT)/node_modules build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is too old: Python 3.11 or newer is needed; make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "setting up $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing fake-nexmo …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[rsa,postgresql]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-docs

$(VENV)/.installed-docs: pyproject.toml | $(VENV)/bin/python
	@echo "installing what the documentation needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

# Installed by npm where it is there; a touched folder keeps make from asking again.
$(NODE_CLIENT)/node_modules: $(NODE_CLIENT)/package.json | system-packages
	@if command -v npm >/dev/null; then \
		echo "installing the npm packages that the tests drive …"; \
		(cd $(NODE_CLIENT) && npm install --silent --no-audit --no-fund && touch node_modules) \
			|| echo "npm could not install them: the tests with Node's clients are skipped"; \
	else echo "npm is missing: the tests with Node's clients are skipped"; fi
