/** Five redraws a second look alive; more only load the front end. */
export const REDRAW_MS = 200;

/** Says yes at most once per {@link REDRAW_MS}. */
export class Throttle {
  private last = -Infinity;

  /** @param now milliseconds on a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  ready(): boolean {
    const now = this.now();
    if (now - this.last < REDRAW_MS) return false;
    this.last = now;
    return true;
  }
}
