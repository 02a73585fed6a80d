"""Dialogs: the few questions that are asked."""
