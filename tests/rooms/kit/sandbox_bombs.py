"""Planted faults for the sandbox: each function is an attack that a limit must end."""

import os
import time


def fill_memory(_payload):
    return len([bytearray(10_000_000) for _ in range(1_000)])


def burn_cpu(_payload):
    while True:
        pass


def sleep_long(_payload):
    time.sleep(60)


def die(_payload):
    os._exit(3)


def flood_output(_payload):
    return "x" * 100_000_000


def environment(_payload):
    print("noise that must not mix with the answer")
    return {"names": sorted(os.environ), "nice": os.nice(0)}


def fail(_payload):
    raise RuntimeError("a donor's name")


def echo(payload):
    return payload
