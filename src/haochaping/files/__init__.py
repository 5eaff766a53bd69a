"""附件: photographs that reviewers add, kept small and without what a camera adds."""
