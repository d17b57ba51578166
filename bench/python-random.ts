/**
 * Python's `random.Random(seed)`, as far as `shuffle` needs it: so that a benchmark computes the very batches of its
 * peer in Python. The generator is MT19937, seeded by array (Matsumoto and Nishimura 1998 and their mt19937ar.c).
 */
export class PythonRandom {
  private readonly state = new Uint32Array(SIZE);
  private next = SIZE;

  /** @param seed  an integer from 0 to 2^32 - 1 */
  constructor(seed: number) {
    const { state } = this;
    state[0] = 19650218;
    for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, mixed(state[i - 1]!)) + i;
    let i = 1;
    const advance = () => {
      if (++i < SIZE) return;
      state[0] = state[SIZE - 1]!;
      i = 1;
    };
    // The key of the seeding is an array of one number.
    for (let n = 0; n < SIZE; n++, advance()) {
      state[i] = (state[i]! ^ Math.imul(mixed(state[i - 1]!), 1664525)) + seed;
    }
    for (let n = 0; n < SIZE - 1; n++, advance()) {
      state[i] = (state[i]! ^ Math.imul(mixed(state[i - 1]!), 1566083941)) - i;
    }
    state[0] = 0x80000000;
  }

  /** As `random.shuffle`: in place. */
  shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }

  /** An integer from 0 to limit - 1: the upper bits of a number, until they are small enough. */
  private below(limit: number): number {
    const shift = Math.clz32(limit);
    for (;;) {
      const value = this.uint32() >>> shift;
      if (value < limit) return value;
    }
  }

  private uint32(): number {
    if (this.next === SIZE) this.renew();
    let y = this.state[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private renew(): void {
    const { state } = this;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}

/** Words of the generator's state, and how far apart those are that are combined. */
const SIZE = 624;
const MIDDLE = 397;

const mixed = (word: number) => word ^ (word >>> 30);
