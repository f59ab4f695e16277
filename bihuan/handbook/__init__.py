"""The handbook (漏洞手册): every hole with its rule, parameters, owner, remedy, source and two worked examples; every
ledger and column; every parameter.

Markdown in Chinese and English, written from the compiled program and the specs, a county's own among them; nobody
writes it by hand.
"""
