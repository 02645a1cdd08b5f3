import type { ButtonHTMLAttributes, ReactNode } from "react";

const TONES = {
  neutral: "bg-surface-3 text-text-1 hover:bg-line enabled:active:bg-line",
  accent: "bg-accent-fill text-on-fill hover:brightness-110",
  buy: "bg-buy-fill text-on-fill hover:brightness-110",
  sell: "bg-sell-fill text-on-fill hover:brightness-110",
  ghost: "text-text-2 hover:bg-surface-3 hover:text-text-1",
  danger: "text-sell hover:bg-sell-soft",
} as const;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: keyof typeof TONES;
  size?: "small" | "normal" | "large";
}

const SIZES = {
  small: "h-6 px-2 text-caption pointer-coarse:h-9",
  normal: "h-7 px-3 text-panel pointer-coarse:h-11",
  large: "h-9 px-4 text-body pointer-coarse:h-11",
} as const;

export function Button({ tone = "neutral", size = "normal", className = "", ...rest }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      className={`inline-flex shrink-0 items-center justify-center gap-1.5 rounded-[3px] font-medium whitespace-nowrap transition-colors duration-100 disabled:cursor-not-allowed disabled:bg-surface-2 disabled:text-text-3 ${SIZES[size]} ${TONES[tone]} ${className}`}
      {...rest}
    />
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
}

export function IconButton({ label, className = "", ...rest }: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-7 shrink-0 items-center justify-center rounded-[3px] text-text-2 transition-colors duration-100 hover:bg-surface-3 hover:text-text-1 disabled:text-text-3 pointer-coarse:size-11 ${className}`}
      {...rest}
    />
  );
}
