"""What a Python program does: containers, text, exact and floating numbers, files, errors."""

import collections
import decimal
import fractions
import hashlib
import itertools
import json
import os
import random
import re


def queens(size):
    """The number of ways to put `size` queens on a board."""

    def place(row, columns, rising, falling):
        if row == size:
            return 1
        return sum(
            place(row + 1, columns | {column}, rising | {row + column}, falling | {row - column})
            for column in range(size)
            if column not in columns and row + column not in rising and row - column not in falling
        )

    return place(0, frozenset(), frozenset(), frozenset())


def pi(digits):
    """Machin's formula in exact decimal arithmetic."""
    decimal.getcontext().prec = digits + 5

    def arctan_of_inverse(x):
        term = total = decimal.Decimal(1) / x
        for n in itertools.count(3, 2):
            term /= -x * x
            if abs(term) < decimal.Decimal(10) ** -(digits + 4):
                return total
            total += term / n

    return str(4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239)))[: digits + 2]


words = re.findall(r"[a-z]+", __doc__.lower() + queens.__doc__.lower() + pi.__doc__.lower())
print("words", collections.Counter(words).most_common(3))
print("queens", queens(7))
print("pi", pi(100))
print("harmonic", sum(fractions.Fraction(1, n) for n in range(1, 40)))
rolls = random.Random(42)
print("floats", sum(rolls.gauss(0, 1) ** 2 for _ in range(5000)))
document = {str(n): [n**0.5, {"square": n * n, "text": chr(960) * 3}] for n in range(500)}
encoded = json.dumps(document, sort_keys=True).encode()
assert json.loads(encoded) == document
print("json", len(encoded), hashlib.sha256(encoded).hexdigest())
with open("/out/result.json", "wb") as file:
    file.write(encoded)
print("file", os.stat("/out/result.json").st_size, os.listdir("/out"))
try:
    open("/in/../../etc/passwd")
except OSError as error:
    print("outside", type(error).__name__)
try:
    eval("(" * 50 + "1 / 0" + ")" * 50)
except ZeroDivisionError as error:
    print("error", error)
