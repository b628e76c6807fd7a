# Copyright (C) the ngx_inbox authors
#
# What one types.  Each target is one script in tools/, whose first comment
# says what it does; `make help` lists the targets.

SHELL = /bin/bash

# the variables of `make run` and `make start`
PORT        ?= 8080
RUN_DIR     ?= run
WORKERS     ?= auto
APPENDFSYNC ?= everysec
LIMITS      ?= on
CHANNEL_API ?=

# of `make test`: one test; of `make bench`: one row; of `make install`: where to
T           ?=
ROW         ?=
DESTDIR     ?=
# of `make fuzz`: each target
SECONDS_EACH ?= 120

export PORT RUN_DIR WORKERS APPENDFSYNC LIMITS CHANNEL_API DESTDIR ROW

.PHONY: help run start stop test bench chaos fuzz screenshots check vendor \
        module install clean

help:          ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 14
	@echo
	@echo "PORT=$(PORT) RUN_DIR=$(RUN_DIR) WORKERS=$(WORKERS)" \
	      "APPENDFSYNC=$(APPENDFSYNC) LIMITS=$(LIMITS)" \
	      "CHANNEL_API=$(CHANNEL_API)"

run:           ## install what is missing, build, serve in the foreground
	@tools/packages build run
	@tools/vendor
	@tools/module
	@exec tools/serve run

start:         ## the same in the background
	@tools/packages build run
	@tools/vendor
	@tools/module
	@exec tools/serve start

stop:          ## stop what `make start` or `make run` has started
	@exec tools/serve stop

test:          ## run the tests, or one: T=t/park_reload.t
	@tools/packages build run test
	@tools/vendor dev
	@tools/module
	@exec tools/test $(T)

bench:         ## measure beside the references, or one row: ROW=ingest
	@tools/packages build run test bench
	@tools/vendor
	@tools/module
	@exec bench/run

screenshots:   ## pictures of every page to docs/screenshots
	@tools/packages build run vendor picture
	@tools/vendor dev
	@tools/module
	@exec tools/screenshots

chaos:         ## trouble of all kinds for twenty minutes, and docs/chaos.md
	@tools/packages build run test
	@tools/module
	@exec tools/chaos

fuzz:          ## fuzz the parsers and the server: SECONDS_EACH=120
	@tools/packages build run test
	@exec t/fuzz/run.sh $(SECONDS_EACH)

check:         ## style, layers, warnings, clang-tidy
	@tools/packages build test check
	@tools/module
	@exec tools/check

vendor:        ## fetch the page's packages to www/vendor, press the page
	@tools/vendor

module:        ## build build/ngx_http_inbox_module.so
	@tools/packages build
	@tools/module

install:       ## module, page and docs to Debian's places below DESTDIR
	@tools/packages build
	@tools/vendor
	@tools/module
	@exec tools/install

clean:         ## remove what was built; RUN_DIR stays
	rm -rf build www/vendor node_modules
	find www -name '*.gz' -delete
