"""python -m ui.cli does what the console script `askpapers` does."""

from ui.cli.app import main

if __name__ == "__main__":
    main()
