"""`python -m deploy.monitoring` writes the dashboards from `boards`."""

import sys

from deploy.monitoring.boards import BOARDS, FOLDER, text


def main() -> int:
    """Write the dashboards."""
    for name in BOARDS:
        (FOLDER / f"{name}.json").write_text(text(name), encoding="utf-8")
    print(f"{FOLDER.name}: {', '.join(BOARDS)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
