"""What `make` calls: environment, assets, browser, lints, audit. Not part of the application."""
