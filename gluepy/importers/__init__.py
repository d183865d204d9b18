"""Importers: projects of other frameworks, written anew as projects of gluepy."""
