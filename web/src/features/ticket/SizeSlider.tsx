import type { CSSProperties, ReactNode } from "react";

interface SizeSliderProps {
  percent: number;
  disabled: boolean;
  label: string;
  onChange: (percent: number) => void;
}

const MARKS = [0, 25, 50, 75, 100];

export function SizeSlider({ percent, disabled, label, onChange }: SizeSliderProps): ReactNode {
  return (
    <div className="flex flex-col gap-1">
      <input
        type="range"
        min={0}
        max={100}
        step={1}
        value={percent}
        disabled={disabled}
        aria-label={label}
        aria-valuetext={`${percent}%`}
        className="range w-full"
        style={{ "--filled": `${percent}%` } as CSSProperties}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <div className="flex justify-between">
        {MARKS.map((mark) => (
          <button
            key={mark}
            type="button"
            disabled={disabled}
            onClick={() => onChange(mark)}
            className="num min-w-8 rounded-[2px] text-caption text-text-3 first:text-left last:text-right enabled:hover:text-text-1 pointer-coarse:min-h-9"
          >
            {mark}%
          </button>
        ))}
      </div>
    </div>
  );
}
