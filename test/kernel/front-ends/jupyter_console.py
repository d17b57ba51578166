"""Drives `jupyter console` as a person does: prompts, results, several lines, questions, an interrupt.

Usage: python test/kernel/front-ends/jupyter_console.py

Needs jupyter_console and pexpect, and the kernelspec where Jupyter looks for it.
"""

import os
import re
import sys
import time

import pexpect

console = pexpect.spawn(
    os.path.join(os.path.dirname(sys.executable), "jupyter"),
    ["console", "--kernel", "finetune-ts"],
    encoding="utf8",
    dimensions=(40, 120),
    env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
)
said = ""


def expect(pattern, seconds=60):
    """Waits until the console has shown something since the last time, colours and cursor movements aside."""
    global said
    end = time.time() + seconds
    while time.time() < end:
        try:
            said += re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", console.read_nonblocking(100_000, 0.5))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            end = 0
        found = re.search(pattern, said)
        if found:
            said = said[found.end() :]
            return
    sys.exit(f"not seen: {pattern}\nThe console said since then:\n{said}")


def type_line(text):
    # A line that is typed before the prompt listens is lost.
    time.sleep(0.7)
    console.send(text + "\r")


expect(r"TypeScript \d")
expect(r"In \[1\]: ")
type_line("6 * 7")
expect(r"Out\[1\]: 42")
expect(r"In \[2\]: ")
type_line("const double = (n: number) => {")
expect(r"\.\.\.: ")
type_line("return 2 * n;")
expect(r"\.\.\.: ")
type_line("}")
expect(r"In \[3\]: ")
type_line("double(21)")
expect(r"Out\[3\]: 42")
expect(r"In \[4\]: ")
type_line("import { input } from 'finetune-ts-notebook'; 'Hello, ' + (await input('who? '))")
expect(r"who\? ")
type_line("Ada")
expect(r"Out\[4\]: 'Hello, Ada'")
expect(r"In \[5\]: ")
type_line("console.log('be' + 'gun'); while (true);")
expect("begun")
console.sendintr()
expect("KeyboardInterrupt")
expect(r"In \[6\]: ")
type_line("double(4)")
expect(r"Out\[6\]: 8")
console.close(force=True)
print("jupyter console: all as expected")
