import { OutOfMemoryError } from "../errors";

/** What the engines' own libraries and V8 say then: C++, arrays and their buffers, TensorFlow. */
const MESSAGES = [
  /std::bad_alloc/,
  /Array buffer allocation failed/,
  /Invalid (typed array|array buffer) length/,
  /OOM when allocating tensor/,
];

/** An error as one of memory, if that is what ran out. */
export function asOutOfMemory(error: unknown): OutOfMemoryError | undefined {
  if (error instanceof OutOfMemoryError) return error;
  if (!(error instanceof Error) || !MESSAGES.some((message) => message.test(error.message))) return undefined;
  return new OutOfMemoryError(`There is no memory left: ${error.message}.`, { cause: error });
}
