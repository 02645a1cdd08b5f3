"""Lexemes to phrases: what each piece of the text says.

The scan goes once through the text. Every lexeme is used by a phrase, is a word that only binds or is polite,
or ends the parse with a question: nothing is passed over because it was not understood.
"""

from quantdesk.mikey.grammar.scan.scanner import phrases_of

__all__ = ["phrases_of"]
