"""Times of two ways of sorting, as CSV on standard output."""

import random
import time


def insertion(keys):
    result = []
    for key in keys:
        at = len(result)
        while at > 0 and result[at - 1] > key:
            at -= 1
        result.insert(at, key)
    return result


print("program,n,repeat,seconds")
for n in (100, 400, 1600):
    for program in (insertion, sorted):
        for repeat in range(1, 8):
            keys = [random.random() for _ in range(n)]
            begin = time.perf_counter()
            program(keys)
            seconds = time.perf_counter() - begin
            print(f"{program.__name__},{n},{repeat},{seconds:.7f}")
