# Two commands: `make run` opens the bundled sample in the window, `make test` runs every check.
# Both install what they need: a virtual environment in .venv, and on Debian the system libraries
# that Qt loads. packaging/README.md says what `package`, `test-frozen`, `archive` and `wheel` do.

PYTHON ?= python3
BIN = .venv/bin
JAPANESE = resources/translations/shiage_ja
AS_ROOT = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
QT_LIBRARIES = libegl1 libgl1 libopengl0 libglib2.0-0 libfontconfig1 libdbus-1-3 \
  libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 \
  libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0
QT_FILES = libEGL.so.1 libxkbcommon-x11.so.0 libxcb-cursor.so.0 libxcb-icccm.so.4 \
  libxcb-image.so.0 libxcb-keysyms.so.1 libxcb-render-util.so.0

.PHONY: run test check format translations benchmark package test-frozen archive wheel

run: .venv/installed
	$(BIN)/shiage --sample

test: check
	$(BIN)/python -m pytest

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: .venv/installed
	$(BIN)/pyside6-lupdate $(sort $(wildcard app/*.py app/*/*.py)) \
	  -silent -locations none -no-obsolete -ts $(JAPANESE).ts
	$(BIN)/pyside6-lrelease -silent $(JAPANESE).ts -qm $(JAPANESE).qm

benchmark: .venv/installed
	$(BIN)/python -m pytest tests/benchmarks --override-ini addopts= --override-ini faulthandler_timeout=0

package: .venv/packaging
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build \
	  packaging/shiage.spec

# without Xvfb and xdotool the tests that need a screen are skipped, with that reason
test-frozen: package
	-@if command -v apt-get > /dev/null && ! { command -v Xvfb && command -v xdotool; }; then \
	  $(AS_ROOT) apt-get update -q && $(AS_ROOT) apt-get install -y -q xvfb xdotool; \
	fi
	SHIAGE_FROZEN=dist/Shiage $(BIN)/python -m pytest tests/frozen --override-ini faulthandler_timeout=0

archive: package
	packaging/archive.sh

wheel: .venv/packaging
	rm -rf build/wheel
	$(BIN)/python -m build --outdir build/wheel
	$(BIN)/check-wheel-contents build/wheel/*.whl
	$(BIN)/twine check --strict build/wheel/*
	$(BIN)/python -m pip install --quiet --no-deps --target build/wheel/installed build/wheel/*.whl
	cd build/wheel/installed && $(CURDIR)/$(BIN)/python -m app colorize resources/sample --out ../sample

.venv/packaging: .venv/installed
	$(BIN)/python -m pip install --quiet --editable ".[dev,package]"
	touch $@

.venv/installed: pyproject.toml
	@if command -v apt-get > /dev/null && ! { $(PYTHON) -c "import ensurepip" && \
	    $(foreach file,$(QT_FILES),ldconfig -p | grep -q $(file) &&) true; }; then \
	  $(AS_ROOT) apt-get update -q && \
	  $(AS_ROOT) apt-get install -y -q $(PYTHON)-venv $(QT_LIBRARIES); \
	fi
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@
