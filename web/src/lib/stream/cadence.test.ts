import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHotStore } from "./cadence";

describe("a hot store", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("tells its readers at most so many times a second, and then the newest value", () => {
    const store = createHotStore(0, 10);
    const listener = vi.fn();
    store.subscribe(listener);
    for (let value = 1; value <= 100; value += 1) {
      store.write(value);
      vi.advanceTimersByTime(10);
    }
    expect(listener.mock.calls.length).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(100);
    expect(store.shown()).toBe(100);
  });

  it("shows the same value between repaints, as useSyncExternalStore needs", () => {
    const store = createHotStore({ n: 0 }, 1);
    const before = store.shown();
    store.write({ n: 1 });
    expect(store.shown()).toBe(before);
    expect(store.newest()).toEqual({ n: 1 });
  });
});
