"""纸质评价: a review given on paper is typed by two persons, each from the paper, before it counts as given."""
