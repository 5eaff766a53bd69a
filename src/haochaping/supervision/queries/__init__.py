"""监督 reads, one file for each noun."""
