"""The operators, sensors and hooks that come with Tradewind. They import the sdk and nothing else of it."""
