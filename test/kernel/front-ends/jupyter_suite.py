"""Jupyter's own conformance suite (jupyter_kernel_test) on this kernel.

Usage: python test/kernel/front-ends/jupyter_suite.py

Needs jupyter_kernel_test, and the kernelspec where Jupyter looks for it (JUPYTER_PATH or JUPYTER_DATA_DIR).
"""

import os
import unittest

import jupyter_kernel_test as jkt
from jupyter_client.channels import ZMQSocketChannel

# The suite waits a tenth of a second for each message, which is not enough for a process that has no processor just then.
LEAST_TIMEOUT = 0.5
get_msg = ZMQSocketChannel.get_msg


def patient_get_msg(channel, timeout=None):
    return get_msg(channel, timeout=None if timeout is None else max(timeout, LEAST_TIMEOUT))


ZMQSocketChannel.get_msg = patient_get_msg


class TypeScriptKernel(jkt.KernelTests):
    kernel_name = os.environ.get("KERNEL_NAME", "finetune-ts")
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oh no')"

    completion_samples = [
        {"text": "conso", "matches": {"console"}},
        {"text": "console.tabl", "matches": {"table"}},
    ]
    complete_code_samples = ["1 + 1", "const x = 1;", "function f() { return 1 }", "`a\nb`", "await 1"]
    incomplete_code_samples = ["function f() {", "foo(1,", "`unfinished", "/* comment", "if (true) {\n  1", "const x ="]
    invalid_code_samples = [")(", "const const", "'abc\n+ 1", "else { }"]

    code_page_something = ""
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "await Promise.resolve([1, 2])", "result": "[ 1, 2 ]"},
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab'; display.html('<b>x</b>');", "mime": "text/html"},
        {
            "code": "import { plotAccuracy, display as show } from 'finetune-ts-notebook';"
            "show(plotAccuracy([{ epoch: 1, step: 1, eval_accuracy: 0.5 }]));",
            "mime": "image/svg+xml",
        },
    ]
    code_history_pattern = "1 +*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "parseInt"
    code_clear_output = "import { clearOutput } from 'finetune-ts-notebook'; clearOutput();"


if __name__ == "__main__":
    unittest.main(verbosity=2)
