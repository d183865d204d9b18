"""What projects need to test themselves."""
