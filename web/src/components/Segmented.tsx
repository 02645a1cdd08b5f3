import type { ReactNode } from "react";

interface Option<Value extends string> {
  value: Value;
  label: string;
  title?: string;
}

interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  className?: string;
}

/** A choice of a few, all visible. Arrow keys move through it, as in any radio group. */
export function Segmented<Value extends string>({ label, value, options, onChange, className = "" }: SegmentedProps<Value>): ReactNode {
  const step = (offset: number): void => {
    const index = options.findIndex((option) => option.value === value);
    const next = options[(index + offset + options.length) % options.length];
    if (next) onChange(next.value);
  };
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={`flex gap-px rounded-[3px] bg-surface-2 p-0.5 ${className}`}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight" || event.key === "ArrowDown") step(1);
        else if (event.key === "ArrowLeft" || event.key === "ArrowUp") step(-1);
        else return;
        event.preventDefault();
        const group = event.currentTarget;
        requestAnimationFrame(() => group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus());
      }}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          title={option.title}
          onClick={() => onChange(option.value)}
          className="h-6 flex-1 rounded-[2px] px-2 font-medium whitespace-nowrap text-text-2 transition-colors duration-100 hover:text-text-1 aria-checked:bg-surface-3 aria-checked:text-text-1 pointer-coarse:h-9"
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
