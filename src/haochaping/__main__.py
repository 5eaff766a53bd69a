"""`python -m haochaping` is the command `haochaping`."""

from haochaping.config.entry import main

main()
