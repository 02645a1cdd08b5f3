import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bookStore } from "@/lib/state/book";
import { clearDraft, useDraft } from "@/lib/state/draft";
import { market } from "@/testing/samples";
import { OrderBook } from "./OrderBook";

const SOL = market();

/** Prices in cents, as the book keeps them; painted at once. */
function book(bids: readonly bigint[]): void {
  act(() => {
    bookStore.write({ symbol: SOL.symbol, bids: new Map(bids.map((price) => [price, 500n])), asks: new Map(), slot: 1, changedAt: 0 });
    vi.advanceTimersByTime(500);
  });
}

const row = (price: string): HTMLElement => screen.getByRole("button", { name: new RegExp(`^Bid ${price},`) });
const priceInTicket = (): string => useDraft.getState().price;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  clearDraft();
  book([14_231n, 14_230n]);
  render(<OrderBook market={SOL} />);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("a press on a level of the book", () => {
  it("sets the price at once, so that a level that leaves before the release still counts", () => {
    const pressed = row("142.31");
    fireEvent.pointerDown(pressed, { isPrimary: true, button: 0, pointerType: "mouse" });
    expect(priceInTicket()).toBe("142.31");
    book([14_230n]);
    expect(pressed.isConnected).toBe(false);
    fireEvent.pointerUp(document.body, { isPrimary: true, button: 0, pointerType: "mouse" });
    expect(priceInTicket()).toBe("142.31");
  });

  it("is one of the main button of the main pointer", () => {
    fireEvent.pointerDown(row("142.31"), { isPrimary: true, button: 2, pointerType: "mouse" });
    fireEvent.pointerDown(row("142.31"), { isPrimary: false, button: 0, pointerType: "touch" });
    expect(priceInTicket()).toBe("");
  });

  it("makes the order a limit order", () => {
    useDraft.setState({ type: "market" });
    fireEvent.pointerDown(row("142.30"), { isPrimary: true, button: 0, pointerType: "mouse" });
    expect(useDraft.getState().type).toBe("limit");
  });
});

describe("a finger on a level of the book", () => {
  const finger = { isPrimary: true, button: 0, pointerType: "touch", pointerId: 7 };

  it("chooses when it lifts, even from a level that has left meanwhile", () => {
    fireEvent.pointerDown(row("142.31"), { ...finger, clientX: 20, clientY: 20 });
    expect(priceInTicket()).toBe("");
    book([14_230n]);
    fireEvent.pointerUp(document.body, { ...finger, clientX: 22, clientY: 21 });
    fireEvent.click(row("142.30"), { detail: 1 }); // which took its place under the finger
    expect(priceInTicket()).toBe("142.31");
  });

  it("that scrolls or drags chooses nothing", () => {
    fireEvent.pointerDown(row("142.31"), { ...finger, clientX: 20, clientY: 20 });
    fireEvent.pointerCancel(document.body, finger);
    fireEvent.pointerUp(document.body, { ...finger, clientX: 20, clientY: 20 });
    fireEvent.pointerDown(row("142.31"), { ...finger, clientX: 20, clientY: 20 });
    fireEvent.pointerUp(document.body, { ...finger, clientX: 20, clientY: 60 });
    expect(priceInTicket()).toBe("");
  });
});

describe("a level of the book without a pointer", () => {
  it("is chosen by the click that Enter, Space and screen readers make", () => {
    fireEvent.click(row("142.30"), { detail: 0 });
    expect(priceInTicket()).toBe("142.30");
  });
});
