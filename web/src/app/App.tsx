import { useEffect, type ReactNode } from "react";
import { Failed } from "@/components/states";
import { reason } from "@/lib/api/client";
import { useExchange, useMarkets } from "@/lib/api/queries";
import { usePreferences } from "@/lib/state/preferences";
import { Trade } from "./Trade";

function useTheme(): void {
  const theme = usePreferences((all) => all.theme);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
}

/** Panels of the true shape while the gateway has not answered yet. */
function Shell({ failure, onRetry }: { failure: string | null; onRetry: () => void }): ReactNode {
  return (
    <div className="flex h-full flex-col gap-px bg-line">
      <header className="flex h-12 items-center bg-surface-1 px-3 text-body font-semibold">QuantDesk</header>
      <main className="flex min-h-0 flex-1 gap-px">
        <h1 className="sr-only">QuantDesk</h1>
        <div className="flex flex-1 flex-col items-center justify-center gap-3 bg-surface-1">
          {failure ? (
            <Failed what="The exchange does not answer." why={`${failure} The terminal keeps asking.`} onRetry={onRetry} />
          ) : (
            <p role="status" className="text-text-3">
              Asking the exchange…
            </p>
          )}
        </div>
        <div className="w-71 bg-surface-1 max-md:hidden" />
        <div className="w-76 bg-surface-1 max-xl:hidden" />
      </main>
      <div className="h-6 bg-surface-1" />
    </div>
  );
}

export function App(): ReactNode {
  useTheme();
  const exchange = useExchange();
  const markets = useMarkets();
  if (!exchange.data || !markets.data) {
    const failure = exchange.failureReason ?? markets.failureReason;
    const retry = (): void => {
      void exchange.refetch({ cancelRefetch: true });
      void markets.refetch({ cancelRefetch: true });
    };
    return <Shell failure={failure ? reason(failure) : null} onRetry={retry} />;
  }
  if (!markets.data.length) return <Shell failure="It has no market yet." onRetry={() => void markets.refetch()} />;
  return <Trade exchange={exchange.data} markets={markets.data} />;
}
