"""公平比较: units among their like, so that chance, mix and silence are not taken for good or bad work (trust.md §5.2).

Pure rules: counts in, values out, the same for the same seed.
"""
