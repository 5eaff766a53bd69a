"""通报专报 on paper: the words, tables and drawings of a circular, and how they become DOCX and PDF."""
