# Everything is done from here; `make` alone lists what there is. Steps that need the network run only when
# requirements*.txt changed since they last ran. Settings go into the environment or after the goal: make run PORT=8001

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STEP := @$(PYTHON) deploy/step
PYTEST := $(BIN)/pytest --quiet -n auto

# pip installs exactly these files; the stamp's name holds their content.
hash = $(shell cat $(1) 2>/dev/null | cksum | cut -d' ' -f1)
SITE := $(VENV)/site-$(call hash,requirements.txt)
TOOLS := $(VENV)/tools-$(call hash,requirements.txt requirements-dev.txt)
BENCH := .venv-bench
VERAPDF := .venv-verapdf/site-$(call hash,deploy/verapdf/requirements.txt)
FEC := .venv-fec/site-$(call hash,deploy/fec/requirements.txt)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps

JUDGES := $(VENV)/judges
VNU := $(JUDGES)/vnu.jar
CHROMIUM80 := $(JUDGES)/chromium80/chromium

.DEFAULT_GOAL := help
.PHONY: help run test torture check fix routes lock browsers bench-documents bench-ledger bench-pages bench-scale bench-search coverage scan sbom machine machine-for-tests

help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name what; \
		do printf '  make %-15s %s\n' "$$name" "$$what"; done

run: $(SITE) machine ## Start the demonstration network on http://127.0.0.1:8000 (PORT, DATABASE_URL and DATA_DIR may be set)
	@exec $(BIN)/python deploy/run

test: $(TOOLS) $(VNU) machine-for-tests ## Run every test, on SQLite, then on PostgreSQL, then in a browser
	$(STEP) --closing "tests on SQLite" $(PYTEST) -m "not browser" --database sqlite
	$(STEP) --closing "tests on PostgreSQL" $(PYTEST) -m "not browser" --database postgresql
	@rm -rf build/reports
	$(STEP) --closing "tests in a browser" $(PYTEST) -m browser
	@cat build/reports/budgets.txt

torture: $(TOOLS) machine-for-tests $(VERAPDF) $(FEC) ## Crashes, full disks, restarts and crowds, the long forms: some twenty minutes
	$(STEP) --closing "torture on SQLite" $(BIN)/pytest --quiet -m torture --long --database sqlite
	$(STEP) --closing "torture on PostgreSQL" $(BIN)/pytest --quiet -m torture --long --database postgresql

check: $(TOOLS) ## Check style, types, import contracts, templates; then run every test
	$(STEP) "rules of style (ruff check)" $(BIN)/ruff check
	$(STEP) "layout of code (ruff format)" $(BIN)/ruff format --check
	$(STEP) "types (mypy --strict)" $(BIN)/mypy
	$(STEP) "who may import whom (import-linter)" $(BIN)/lint-imports
	$(STEP) "templates (djlint)" $(BIN)/djlint --lint --quiet templates
	@$(MAKE) --no-print-directory test

fix: $(TOOLS) ## Mend what tools can mend by themselves
	$(STEP) "style" $(BIN)/ruff check --fix
	$(STEP) "layout" $(BIN)/ruff format

routes: $(TOOLS) ## Accept a changed map of the site (tests/architecture/routes.txt)
	$(STEP) "map of the site" $(BIN)/pytest --quiet tests/architecture/test_routes.py -k snapshot --update-routes

browsers: $(TOOLS) $(CHROMIUM80) machine-for-tests ## Play the main journey on Chromium 80 and on Firefox
	$(STEP) "Firefox" $(PYTHON) deploy/system-libraries browsers
	$(STEP) --closing "old browsers" $(BIN)/pytest --quiet tests/browser/old
	@cat build/reports/browsers.txt

coverage: $(TOOLS) ## Show which lines the tests on SQLite leave in the dark
	$(STEP) "tests on SQLite" $(BIN)/coverage run -m pytest --quiet -m "not browser"
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report

bench-documents: $(TOOLS) ## Measure printed documents against naive pages and reportlab, which is kept apart
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --target $(BENCH) --upgrade --requirement bench/requirements.txt
	@PYTHONPATH=$(BENCH) $(BIN)/python -m bench.documents
	@PYTHONPATH=$(BENCH) $(BIN)/python -m bench.statements

bench-ledger: $(TOOLS) $(VENV)-peers/ready ## Measure the ledger beside the limit and beside peers, on both databases (ROUNDS, SECONDS)
	@$(BIN)/python -m bench.ledger --rounds $(or $(ROUNDS),3) --seconds $(or $(SECONDS),4)

bench-scale: $(TOOLS) ## Load 20,000 companies and 1,000,000 transfers on both databases, verify, open every page (SCALE="--keep DIR")
	@$(BIN)/python -m bench.scale $(SCALE)

bench-search: $(TOOLS) ## Measure search on judged queries and on 100,000 listings
	@$(BIN)/python -m bench.search --quality --speed

bench-pages: $(TOOLS) ## Measure pages beside a bare Flask page and Django (PAGES="--companies 2000" and so on)
	$(STEP) "Django, in an environment of its own" $(PYTHON) -m venv $(VENV)/bench
	$(STEP) "its packages" $(VENV)/bench/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
		--requirement bench/requirements-pages.txt
	@$(BIN)/python -m bench.pages $(PAGES)

scan: $(TOOLS) $(VENV)-scan/ready $(VENV)-wapiti/ready ## Let bandit, schemathesis and wapiti look for weaknesses (deploy/scan)
	@VENV=$(VENV)-scan WAPITI_VENV=$(VENV)-wapiti $(BIN)/python deploy/scan/scan.py

sbom: $(VENV)-scan/ready ## Write sbom.json: every package of the site with its version and hashes (CycloneDX)
	$(STEP) "sbom.json" $(VENV)-scan/bin/cyclonedx-py requirements requirements.txt --output-reproducible --output-file sbom.json

$(VENV)-scan/ready: deploy/scan/requirements.txt
$(VENV)-wapiti/ready: deploy/scan/requirements-wapiti.txt
$(VENV)-peers/ready: bench/ledger/peers/requirements.txt
$(VENV)-%/ready: | machine
	$(STEP) "an environment for $*" $(PYTHON) -m venv --clear $(VENV)-$*
	$(STEP) "packages of $*" $(VENV)-$*/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --requirement $<
	@touch $@

lock: $(TOOLS) ## Write requirements*.txt anew from requirements*.in, with hashes and without addresses
	$(STEP) "uv" $(BIN)/python -m pip --disable-pip-version-check install --quiet uv
	$(STEP) "requirements.txt" $(LOCK) requirements.in --output-file requirements.txt
	$(STEP) "requirements-dev.txt" $(LOCK) requirements-dev.in --output-file requirements-dev.txt
	$(STEP) "deploy/fec/requirements.txt" $(LOCK) --no-deps deploy/fec/requirements.in --output-file deploy/fec/requirements.txt
	$(STEP) "deploy/scan/requirements.txt" $(LOCK) deploy/scan/requirements.in --output-file deploy/scan/requirements.txt
	$(STEP) "deploy/scan/requirements-wapiti.txt" $(LOCK) deploy/scan/requirements-wapiti.in --output-file deploy/scan/requirements-wapiti.txt

LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header

$(VNU): deploy/judges | $(TOOLS) machine-for-tests
	$(STEP) "HTML checker" $(BIN)/python deploy/judges $(JUDGES) vnu
	@touch $@

$(CHROMIUM80): deploy/judges | $(TOOLS) machine-for-tests
	$(STEP) "Chromium 80" $(BIN)/python deploy/judges $(JUDGES) chromium80
	@touch $@

machine:
	$(STEP) "system libraries" $(PYTHON) deploy/system-libraries site

machine-for-tests:
	$(STEP) "system libraries and a browser" $(PYTHON) deploy/system-libraries site tests

$(BIN)/python: | machine
	$(STEP) "virtual environment" $(PYTHON) -m venv --clear $(VENV)

$(VERAPDF):
	$(STEP) "what veraPDF needs" $(PYTHON) deploy/system-libraries verapdf
	$(STEP) "virtual environment of veraPDF" $(PYTHON) -m venv --clear .venv-verapdf
	$(STEP) "veraPDF" .venv-verapdf/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
		--requirement deploy/verapdf/requirements.txt
	@touch $@

$(FEC):
	$(STEP) "virtual environment of the checker of FEC files" $(PYTHON) -m venv --clear .venv-fec
	$(STEP) "checker of FEC files" .venv-fec/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
		--requirement deploy/fec/requirements.txt
	@touch $@

$(SITE): | $(BIN)/python
	$(STEP) "packages of the site" $(PIP) --requirement requirements.txt
	@rm -f $(VENV)/site-* && touch $@

$(TOOLS): | $(SITE)
	$(STEP) "packages of tests and checks" $(PIP) --requirement requirements-dev.txt
	@rm -f $(VENV)/tools-* && touch $@
