# The two commands of the house are `make demo` and `make test`; both do their own set-up.
# Everything else is a step of them, or a chore for developers.

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
export CARGO_TERM_COLOR ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-browser test bench check deb clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what demo and tests need (Debian packages, a Python environment under target/)
	@scripts/setup.sh

build: setup ## build libraries and programs (release)
	@cargo build --release --workspace --exclude ukey-tests --exclude xtask --locked

demo: build ## run the whole story on a file: make demo [FILE=path]
	@FILE='$(subst ','\'',$(FILE))' scripts/demo.sh

demo-browser: build ## bid in a real Chromium: make demo-browser [FILE=path] [VISIBLE=1]
	@FILE='$(subst ','\'',$(FILE))' VISIBLE='$(VISIBLE)' scripts/demo-browser.sh

test: build ## run every test
	@scripts/test.sh

bench: build ## measure against peers and bare algorithms in one run
	@cargo run --quiet --release --package gm-kernels --example speed
	@cargo run --quiet --release --package ukey-tests --bin ukey-bench --locked

check: build ## formatting, lints, sizes, layering, docs, exported symbols: what a change must pass
	@cargo xtask check

deb: build ## make Debian packages, and install and remove them in a folder of their own
	@packaging/deb/build.sh $(TARGET_DIR)/deb
	@packaging/deb/test.sh $(TARGET_DIR)/deb

clean: ## remove everything that was built or generated
	@cargo clean
	@rm -rf target
