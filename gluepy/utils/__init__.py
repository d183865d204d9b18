"""Small pieces without a domain of their own; nothing here imports the rest of gluepy."""
