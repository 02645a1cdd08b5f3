"""The stress lab: the shipped program in the VM, driven along a price history by traders, makers and keepers.

Everything that moves money is an instruction of the real program. What is modelled, and nowhere else, is
behaviour: ``traders``, ``makers`` and ``keepers``. The same scenario and seed give the same report.
"""
