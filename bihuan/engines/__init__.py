"""Where the compiled loops run: tables in, holes out."""
