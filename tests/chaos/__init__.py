"""Full flow over real services while everything that can break is broken, and the account of it afterwards.

ledger      pure: what was answered with 200 against what is there: lost, doubled, out of order, sent twice
plan        pure: which fault comes when, from a seed
child       a process of the product, with a clock and a disk that can be bent, or with a fault planted in it
mutations   the faults that are planted, to show that the ledger tells of each
disk        the disk of the journals, which can be full
world       an installation behind proxies
customers   who write, and note what was answered with 200
agents      who accept, answer and close
faults      everything that is broken, and mended again
run         one run from beginning to end, and its report
"""
