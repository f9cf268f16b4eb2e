"""A lesson before a class: printed a part at a time, each after Enter."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from backtrace.lesson.blocks import Block, Heading, Lesson, Line, Recall


def print_in_parts(lesson: Lesson, show: Callable[[Lesson], None]) -> None:
    """Show a part of the lesson, and wait for Enter before the next; q ends it."""
    waiting = list(_parts(lesson))
    while waiting:
        show(waiting.pop(0))
        sys.stdout.flush()
        if waiting:
            print("Enter next, q quit", end=" ", file=sys.stderr, flush=True)
            typed = sys.stdin.buffer.readline()
            if not typed:
                print(file=sys.stderr)
            if not typed or typed.strip() == b"q":
                return


def _parts(lesson: Lesson) -> Iterator[Lesson]:
    """What a classroom sees at a time: what stands under a title, and there each line by itself."""
    part: list[Block] = []
    for block in lesson:
        after_line = any(isinstance(each, Line) for each in part) and isinstance(block, Line | Recall)
        after_text = isinstance(block, Heading) and not all(isinstance(each, Heading) for each in part)
        if after_line or after_text:
            yield Lesson(tuple(part))
            part = []
        part.append(block)
    yield Lesson(tuple(part))
