import { FORBIDDEN_OPCODES, OPCODES } from "./pickle-opcodes";
import { quoteName } from "./strict-json";

/** A name that a pickle refers to, such as `torch._utils._rebuild_tensor_v2`. Nothing is looked up or loaded. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** A Python tuple. Lists come out as arrays, dicts as Maps. */
export class PickleTuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** What the owner of a pickle format lets it refer to. */
export interface PickleHooks {
  /** Whether a pickle may name this global at all. */
  isKnown(globalName: string): boolean;
  /** The value of a call of a known global; throws a PickleError for arguments that make no sense. */
  call(globalName: string, args: readonly unknown[]): unknown;
  /** The value that stands for a persistent id. */
  persistentLoad(id: unknown): unknown;
}

/** A pickle that is malformed, or that wants what it must not have. */
export class PickleError extends Error {}

/** Longer integers occur in no checkpoint, and turning them into a bigint takes quadratic time. */
const MAX_LONG_BYTES = 32;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one pickle. A pickle is a program; this interpreter knows the instructions that build plain data, and
 * hands names, calls and persistent ids to `hooks`, which answer them with data too. It executes nothing.
 *
 * @param start  offset of the pickle in `bytes`
 * @returns the value, and the offset after the pickle
 * @throws PickleError
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function unpickle(bytes: Uint8Array, hooks: PickleHooks, start = 0): { value: unknown; end: number } {
  return new Unpickler(bytes, hooks, start).run();
}

class Unpickler {
  private readonly view: DataView;
  private readonly memo = new Map<number, unknown>();
  private stack: unknown[] = [];
  /** The stacks below each mark. */
  private readonly outer: unknown[][] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private readonly hooks: PickleHooks,
    private at: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): { value: unknown; end: number } {
    for (;;) {
      const opcode = this.bytes[this.advance(1)]!;
      if (opcode === OPCODES.STOP) return { value: this.pop(), end: this.at };
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    switch (opcode) {
      case OPCODES.PROTO:
        return this.checkProtocol();
      case OPCODES.FRAME:
        return void this.advance(8);

      case OPCODES.NONE:
        return this.push(null);
      case OPCODES.NEWTRUE:
        return this.push(true);
      case OPCODES.NEWFALSE:
        return this.push(false);
      case OPCODES.BININT:
        return this.push(this.view.getInt32(this.advance(4), true));
      case OPCODES.BININT1:
        return this.push(this.uint8());
      case OPCODES.BININT2:
        return this.push(this.view.getUint16(this.advance(2), true));
      case OPCODES.LONG1:
        return this.push(this.long(this.uint8()));
      case OPCODES.BINFLOAT:
        return this.push(this.view.getFloat64(this.advance(8), false));

      case OPCODES.SHORT_BINUNICODE:
        return this.push(this.text(this.uint8()));
      case OPCODES.BINUNICODE:
        return this.push(this.text(this.uint32()));
      // Strings of Python 2, which are bytes that mean ASCII.
      case OPCODES.SHORT_BINSTRING:
        return this.push(this.text(this.uint8()));
      case OPCODES.BINSTRING:
        return this.push(this.text(this.uint32()));
      case OPCODES.SHORT_BINBYTES:
        return this.push(this.take(this.uint8()));
      case OPCODES.BINBYTES:
        return this.push(this.take(this.uint32()));

      case OPCODES.EMPTY_TUPLE:
        return this.push(new PickleTuple([]));
      case OPCODES.TUPLE1:
        return this.push(new PickleTuple(this.popMany(1)));
      case OPCODES.TUPLE2:
        return this.push(new PickleTuple(this.popMany(2)));
      case OPCODES.TUPLE3:
        return this.push(new PickleTuple(this.popMany(3)));
      case OPCODES.TUPLE:
        return this.push(new PickleTuple(this.popToMark()));
      case OPCODES.EMPTY_LIST:
        return this.push([]);
      case OPCODES.APPEND:
        return this.append(this.popMany(1));
      case OPCODES.APPENDS:
        return this.append(this.popToMark());
      case OPCODES.EMPTY_DICT:
        return this.push(new Map());
      case OPCODES.SETITEM:
        return this.setItems(this.popMany(2));
      case OPCODES.SETITEMS:
        return this.setItems(this.popToMark());

      case OPCODES.MARK:
        this.outer.push(this.stack);
        this.stack = [];
        return;
      case OPCODES.POP:
        return void (this.stack.length > 0 ? this.pop() : this.popToMark());
      case OPCODES.POP_MARK:
        return void this.popToMark();
      case OPCODES.BINPUT:
        return this.remember(this.uint8());
      case OPCODES.LONG_BINPUT:
        return this.remember(this.uint32());
      case OPCODES.MEMOIZE:
        return this.remember(this.memo.size);
      case OPCODES.BINGET:
        return this.recall(this.uint8());
      case OPCODES.LONG_BINGET:
        return this.recall(this.uint32());

      case OPCODES.GLOBAL:
        return this.global(this.line(), this.line());
      case OPCODES.STACK_GLOBAL: {
        const [module, name] = this.popMany(2);
        return this.global(module, name);
      }
      case OPCODES.REDUCE:
        return this.reduce();
      case OPCODES.BINPERSID:
        return this.push(this.hooks.persistentLoad(this.pop()));
      case OPCODES.BUILD:
        return this.build();
      default: {
        const name = FORBIDDEN_OPCODES.get(opcode) ?? `0x${opcode.toString(16).padStart(2, "0")}`;
        throw this.malformed(`the instruction ${name} is not one that torch.save writes`);
      }
    }
  }

  private malformed(what: string): PickleError {
    return new PickleError(`${what} (at byte ${this.at} of the pickle)`);
  }

  /** Steps over a number of bytes that must be there; returns where they begin. */
  private advance(count: number): number {
    if (count > this.bytes.length - this.at) throw this.malformed("it is cut off");
    this.at += count;
    return this.at - count;
  }

  private take(count: number): Uint8Array {
    const start = this.advance(count);
    return this.bytes.subarray(start, start + count);
  }

  private uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  private uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  private text(count: number): string {
    try {
      return UTF8.decode(this.take(count));
    } catch (error) {
      throw error instanceof PickleError ? error : this.malformed("it has a string that is not UTF-8");
    }
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    const text = this.text((end < 0 ? this.bytes.length : end) - this.at);
    this.advance(1);
    return text;
  }

  private long(count: number): number | bigint {
    if (count > MAX_LONG_BYTES) throw this.malformed(`it has an integer of ${count} bytes`);
    const digits = this.take(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!);
    value = BigInt.asIntN(8 * count, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  private checkProtocol(): void {
    const protocol = this.uint8();
    if (protocol < 2 || protocol > 5) throw this.malformed(`it has the unknown protocol ${protocol}`);
  }

  private push(value: unknown): void {
    this.stack.push(value);
  }

  private pop(): unknown {
    if (this.stack.length === 0) throw this.malformed("it takes a value where there is none");
    return this.stack.pop();
  }

  private popMany(count: number): unknown[] {
    if (this.stack.length < count) throw this.malformed("it takes a value where there is none");
    return this.stack.splice(this.stack.length - count);
  }

  private popToMark(): unknown[] {
    const below = this.outer.pop();
    if (!below) throw this.malformed("it goes back to a mark that is not there");
    const items = this.stack;
    this.stack = below;
    return items;
  }

  private top(): unknown {
    if (this.stack.length === 0) throw this.malformed("it changes a value where there is none");
    return this.stack[this.stack.length - 1];
  }

  private append(items: unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.malformed("it appends to something that is no list");
    for (const item of items) list.push(item);
  }

  private setItems(items: unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map)) throw this.malformed("it sets items of something that is no dict");
    if (items.length % 2 !== 0) throw this.malformed("it has a key without a value");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  private remember(index: number): void {
    this.memo.set(index, this.top());
  }

  private recall(index: number): void {
    if (!this.memo.has(index)) throw this.malformed(`it recalls value ${index}, which it has not stored`);
    this.push(this.memo.get(index));
  }

  private global(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.malformed("it has a global whose name is no string");
    }
    const fullName = `${module}.${name}`;
    if (!this.hooks.isKnown(fullName)) throw refusedGlobal(fullName);
    this.push(new PickleGlobal(fullName));
  }

  private reduce(): void {
    const [callee, args] = this.popMany(2);
    if (!(callee instanceof PickleGlobal)) throw this.malformed("it calls something that is no function");
    if (!(args instanceof PickleTuple)) throw this.malformed(`it calls ${callee.name} without arguments`);
    this.push(this.hooks.call(callee.name, args.items));
  }

  /** Attributes of an object. OrderedDicts carry a `_metadata` for torch.nn; it says nothing about tensors. */
  private build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.malformed("it sets attributes of something that is no dict");
  }
}

function refusedGlobal(name: string): PickleError {
  return new PickleError(
    `it refers to ${quoteName(name)}, which is not part of a dictionary of tensors; it could run any code when ` +
      `Python loads it. Nothing was executed`,
  );
}
