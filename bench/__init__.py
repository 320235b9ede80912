"""The figures of mailgate, each as a ratio to a floor measured beside it in the same run: ``python -m bench``."""
