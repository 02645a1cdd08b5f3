import { useId, type ReactNode } from "react";

interface FieldProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  unit?: ReactNode;
  problem?: string | null | undefined;
  placeholder?: string | undefined;
  disabled?: boolean;
  testId?: string;
  onStep?: (direction: 1 | -1) => void;
}

/** Accepts digits and one point; never reformats what is being typed. Arrow keys step by the market's step. */
export function NumberField({ label, value, onChange, unit, problem, placeholder, disabled, testId, onStep }: FieldProps): ReactNode {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <div
        className={`flex h-9 items-center gap-2 rounded-[3px] border bg-surface-2 px-2 transition-colors duration-100 focus-within:border-accent pointer-coarse:h-11 ${problem ? "border-sell" : "border-transparent hover:border-line-strong"}`}
      >
        <label htmlFor={id} className="shrink-0 text-text-3">
          {label}
        </label>
        <input
          id={id}
          data-testid={testId}
          inputMode="decimal"
          autoComplete="off"
          spellCheck={false}
          className="num h-full min-w-0 flex-1 bg-transparent text-right text-body text-text-1 outline-none disabled:text-text-3"
          value={value}
          placeholder={placeholder}
          disabled={disabled}
          aria-invalid={Boolean(problem)}
          aria-describedby={problem ? `${id}-problem` : undefined}
          onChange={(event) => {
            const text = event.target.value.replace(/,/g, "");
            if (/^\d*\.?\d*$/.test(text)) onChange(text);
          }}
          onKeyDown={(event) => {
            if (!onStep || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
            event.preventDefault();
            onStep(event.key === "ArrowUp" ? 1 : -1);
          }}
        />
        {unit}
      </div>
      {problem && (
        <p id={`${id}-problem`} className="text-caption text-sell">
          {problem}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  label: string;
  title?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function Check({ label, title, checked, disabled, onChange }: CheckProps): ReactNode {
  return (
    <label title={title} className={`target inline-flex items-center gap-1.5 ${disabled ? "text-text-3" : "text-text-2 hover:text-text-1"}`}>
      <input
        type="checkbox"
        className="size-3.5 accent-(--accent-fill)"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
