"""python -m ui.cli does what the console script `askpapers` does."""

from ui.cli import main

if __name__ == "__main__":
    main()
