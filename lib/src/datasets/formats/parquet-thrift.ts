const TYPES = { true: 1, false: 2, int32: 5, struct: 12 } as const;

/**
 * Writes a struct of Thrift's compact protocol, as far as a page header needs it. Fields go in ascending order.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export class Thrift {
  private readonly bytes: number[] = [];
  private last = 0;

  int32(id: number, value: number): void {
    this.field(id, TYPES.int32);
    // Zigzag: small numbers of either sign take few bytes.
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  boolean(id: number, value: boolean): void {
    this.field(id, value ? TYPES.true : TYPES.false);
  }

  struct(id: number, fields: () => void): void {
    this.field(id, TYPES.struct);
    const { last } = this;
    this.last = 0;
    fields();
    this.bytes.push(0);
    this.last = last;
  }

  /** Closes the struct. */
  end(): Uint8Array {
    return Uint8Array.from([...this.bytes, 0]);
  }

  /** @param id  at most 15 above the one before */
  private field(id: number, type: number): void {
    this.bytes.push(((id - this.last) << 4) | type);
    this.last = id;
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.bytes.push((rest & 0x7f) | 0x80);
    this.bytes.push(rest);
  }
}
