/**
 * Repaints on a clock, never on a message. A store is written as often as messages come; its readers hear of it at
 * most `hertz` times a second, and less often when painting takes more than its share of the frame budget.
 */
const BUSY_SHARE = 0.25;
const SLOWEST = 4;

export class Cadence {
  private readonly base: number;
  private interval: number;
  private lastFlush = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    hertz: number,
    private readonly flush: () => void,
  ) {
    this.base = 1000 / hertz;
    this.interval = this.base;
  }

  request(): void {
    if (this.timer !== null) return;
    const wait = Math.max(0, this.lastFlush + this.interval - performance.now());
    this.timer = setTimeout(this.run, wait);
  }

  private readonly run = (): void => {
    this.timer = null;
    const started = performance.now();
    this.flush();
    this.lastFlush = performance.now();
    const cost = this.lastFlush - started;
    const busy = cost > this.interval * BUSY_SHARE;
    this.interval = busy ? Math.min(this.interval * 1.5, this.base * SLOWEST) : Math.max(this.interval * 0.9, this.base);
  };
}

export interface HotStore<Value> {
  /** The value as of the last repaint: stable between repaints, as `useSyncExternalStore` needs. */
  readonly shown: () => Value;
  readonly subscribe: (listener: () => void) => () => void;
  readonly write: (value: Value) => void;
  /** The newest value, painted or not. */
  readonly newest: () => Value;
}

export function createHotStore<Value>(initial: Value, hertz: number): HotStore<Value> {
  const listeners = new Set<() => void>();
  let newest = initial;
  let shown = initial;
  const cadence = new Cadence(hertz, () => {
    if (shown === newest) return;
    shown = newest;
    for (const listener of listeners) listener();
  });
  return {
    shown: () => shown,
    newest: () => newest,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    write: (value) => {
      newest = value;
      cadence.request();
    },
  };
}
