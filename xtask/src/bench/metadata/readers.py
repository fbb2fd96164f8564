"""Reads the tags of the files that a list names, with one of the peers, and says how long that took.

usage: readers.py mutagen|taglib LIST
"""
import json
import sys
import time


def with_mutagen():
    import mutagen

    def read(path):
        file = mutagen.File(path)
        return file is not None and (file.info.length, dict(file.tags or {}))

    return read


def with_taglib():
    import taglib

    def read(path):
        with taglib.File(path) as file:
            return file.length, dict(file.tags)

    return read


def main():
    read = {'mutagen': with_mutagen, 'taglib': with_taglib}[sys.argv[1]]()
    with open(sys.argv[2], encoding='utf-8') as names:
        paths = names.read().splitlines()
    opened = 0
    start = time.perf_counter()
    for path in paths:
        try:
            opened += read(path) is not False
        except Exception:  # whatever a reader raises, it did not open the file
            pass
    print(json.dumps({'files': len(paths), 'opened': opened, 'seconds': time.perf_counter() - start}))


main()
