import { Info, MessageSquareText, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "@/components/Button";
import { MarketHeader } from "@/features/markets/MarketHeader";
import { MarketPicker } from "@/features/markets/MarketPicker";
import { FeedLabel } from "@/features/status/StatusBar";
import { WalletButton } from "@/features/wallet/WalletButton";
import { prefer, usePreferences } from "@/lib/state/preferences";
import { show } from "@/lib/state/screen";
import type { Screen } from "./Trade";
import { HOTKEYS } from "./useHotkeys";
import type { ScreenSize } from "./useScreenSize";

function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 16 16" aria-hidden className="size-4 text-accent" fill="currentColor">
      <path d="M2 6h3v5H2zM3 3h1v10H3zM7 4h3v7H7zM8 2h1v11H8zM12 7h3v4h-3zM13 5h1v8h-1z" />
    </svg>
  );
}

function Tools(): ReactNode {
  const { theme, mikeyOpen } = usePreferences();
  return (
    <div className="flex shrink-0 items-center gap-1 px-2">
      <IconButton
        label={mikeyOpen ? "Close MIKEY" : "Open MIKEY"}
        data-testid="toggle-mikey"
        aria-pressed={mikeyOpen}
        className="aria-pressed:text-accent max-md:hidden"
        onClick={() => prefer({ mikeyOpen: !mikeyOpen })}
      >
        <MessageSquareText size={15} aria-hidden />
      </IconButton>
      <IconButton
        label={theme === "dark" ? "Light theme" : "Dark theme"}
        data-testid="toggle-theme"
        onClick={() => prefer({ theme: theme === "dark" ? "light" : "dark" })}
      >
        {theme === "dark" ? <Sun size={15} aria-hidden /> : <Moon size={15} aria-hidden />}
      </IconButton>
      <WalletButton />
    </div>
  );
}

function RulesButton({ market }: Pick<Screen, "market">): ReactNode {
  return (
    <IconButton label={`Rules and state of ${market.symbol}`} data-testid="open-market" className="self-center" onClick={() => show("market")}>
      <Info size={14} aria-hidden />
    </IconButton>
  );
}

/** One line on the desktop; two where there is less room. */
export function TopBar({ market, markets, size }: Screen & { size: ScreenSize }): ReactNode {
  return (
    <header className="min-w-0 shrink-0 bg-surface-1">
      <div className="flex h-12 items-stretch">
        <div className="flex items-center gap-2 pr-1 pl-3" title={`Keys: ${HOTKEYS}`}>
          <Mark />
          <h1 className="text-body font-semibold max-xl:sr-only">QuantDesk</h1>
        </div>
        <MarketPicker markets={markets} selected={market} />
        {size === "desktop" && (
          <>
            <RulesButton market={market} />
            <MarketHeader market={market} />
          </>
        )}
        <div className="ml-auto flex items-center">
          {size === "phone" && (
            <span className="text-caption">
              <FeedLabel short />
            </span>
          )}
          <Tools />
        </div>
      </div>
      {size !== "desktop" && (
        <div className="flex h-11 items-stretch border-t border-line pl-1">
          <RulesButton market={market} />
          <MarketHeader market={market} compactLayout />
        </div>
      )}
    </header>
  );
}
