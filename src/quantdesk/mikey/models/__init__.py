"""Engines that turn words into meaning: the deterministic one always, language models by key (a later
issue).
"""
