import type { ReactNode } from "react";

export interface Tab<Value extends string> {
  value: Value;
  label: string;
  count?: number | undefined;
}

interface TabStripProps<Value extends string> {
  label: string;
  id: string;
  value: Value;
  tabs: readonly Tab<Value>[];
  onChange: (value: Value) => void;
  className?: string;
  trailing?: ReactNode;
}

export const tabPanelProps = (id: string, value: string): { role: "tabpanel"; id: string; "aria-labelledby": string } => ({
  role: "tabpanel",
  id: `${id}-panel`,
  "aria-labelledby": `${id}-${value}`,
});

export function TabStrip<Value extends string>({ label, id, value, tabs, onChange, className = "", trailing }: TabStripProps<Value>): ReactNode {
  const step = (offset: number): void => {
    const index = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(index + offset + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.value);
    requestAnimationFrame(() => document.getElementById(`${id}-${next.value}`)?.focus());
  };
  return (
    <div className={`flex min-h-8 shrink-0 items-stretch border-b border-line ${className}`}>
      <div
        role="tablist"
        aria-label={label}
        className="flex min-w-0 flex-1 overflow-x-auto [scrollbar-width:none]"
        onKeyDown={(event) => {
          if (event.key === "ArrowRight") step(1);
          else if (event.key === "ArrowLeft") step(-1);
        }}
      >
        {tabs.map((tab) => (
          <button
            key={tab.value}
            id={`${id}-${tab.value}`}
            type="button"
            role="tab"
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            onClick={() => onChange(tab.value)}
            className="relative flex shrink-0 items-center gap-1.5 px-3 font-medium whitespace-nowrap text-text-3 transition-colors duration-100 hover:text-text-1 aria-selected:text-text-1 aria-selected:after:absolute aria-selected:after:inset-x-3 aria-selected:after:-bottom-px aria-selected:after:h-0.5 aria-selected:after:bg-accent pointer-coarse:h-11"
          >
            {tab.label}
            {tab.count !== undefined && tab.count > 0 && (
              <span className="num rounded-[2px] bg-surface-3 px-1 text-caption text-text-2">{tab.count}</span>
            )}
          </button>
        ))}
      </div>
      {trailing && <div className="flex shrink-0 items-center gap-1 px-2">{trailing}</div>}
    </div>
  );
}
