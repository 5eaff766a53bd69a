"""界面: tokens, layouts, components and words that every door uses; knows no room."""
