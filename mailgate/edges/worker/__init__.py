"""Reading mail in processes that may die of it: ``pool`` in the applier, ``process`` in the worker."""
