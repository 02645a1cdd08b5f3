import { useEffect, useState } from "react";
import { previewOrder, type OrderWords } from "./instructions";
import { reason, Refusal } from "./client";
import type { Preview } from "./models";

const TYPING_MS = 180;
const AGAIN_MS = 2_500;

export interface PreviewState {
  /** Of exactly the present words, or null. */
  readonly preview: Preview | null;
  readonly error: string | null;
  /** The exchange would refuse the order; `error` says why. */
  readonly refused: boolean;
  readonly loading: boolean;
}

interface Held {
  readonly key: string;
  readonly preview: Preview | null;
  readonly error: unknown;
}

const UNPROCESSABLE = 422;

/** The order run by the real program against the present state; asked again while it stands. */
export function usePreview(wallet: string | null, words: OrderWords | null): PreviewState {
  const key = wallet && words ? `${wallet} ${JSON.stringify(words)}` : "";
  const [held, setHeld] = useState<Held | null>(null);
  useEffect(() => {
    if (!wallet || !key) return;
    const asked = JSON.parse(key.slice(wallet.length + 1)) as OrderWords;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        setHeld({ key, preview: await previewOrder(wallet, asked, abort.signal), error: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        setHeld({ key, preview: null, error });
      }
      if (!abort.signal.aborted) timer = setTimeout(() => void ask(), AGAIN_MS);
    };
    timer = setTimeout(() => void ask(), TYPING_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [wallet, key]);
  const current = key !== "" && held?.key === key ? held : null;
  const error = current?.error ?? null;
  return {
    preview: current?.preview ?? null,
    error: error === null ? null : reason(error),
    refused: error instanceof Refusal && error.status === UNPROCESSABLE,
    loading: key !== "" && !current,
  };
}
