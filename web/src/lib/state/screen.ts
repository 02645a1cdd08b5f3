/** Which dialog is open (one at a time), and which list of the account is shown. Any part of the screen may ask for one. */
import { create } from "zustand";

export type Dialog = "wallet" | "deposit" | "withdraw" | "ticket" | "delegates" | "market";
export type AccountTab = "positions" | "orders" | "triggers" | "history" | "fills" | "liquidations" | "transfers";
/** The phone shows one at a time. */
export type View = "chart" | "book" | "trades" | "account" | "mikey";

interface Screen {
  readonly dialog: Dialog | null;
  readonly tab: AccountTab;
  readonly view: View;
}

export const useScreen = create<Screen>(() => ({ dialog: null, tab: "positions", view: "chart" }));

export const show = (dialog: Dialog): void => {
  useScreen.setState({ dialog });
};

export const dismiss = (): void => {
  useScreen.setState({ dialog: null });
};

/** A list of the account, wherever on the screen it is. */
export const showTab = (tab: AccountTab): void => {
  useScreen.setState({ tab, view: "account" });
};

export const showView = (view: View): void => {
  useScreen.setState({ view });
};
