/** Which dialog is open; one at a time. Any part of the screen may ask for one. */
import { create } from "zustand";

export type Dialog = "wallet" | "deposit" | "withdraw" | "ticket";

interface Screen {
  readonly dialog: Dialog | null;
}

export const useScreen = create<Screen>(() => ({ dialog: null }));

export const show = (dialog: Dialog): void => {
  useScreen.setState({ dialog });
};

export const dismiss = (): void => {
  useScreen.setState({ dialog: null });
};
