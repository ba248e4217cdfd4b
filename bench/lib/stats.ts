/** Median and extremes of some numbers; NaN where there are none. */
export type Spread = { median: number; min: number; max: number };

export function spread(values: readonly number[]): Spread {
	const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const median = sorted.length % 2 ? sorted[middle] : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
	return { median: median ?? NaN, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/** The value that a share of the values (0.99) does not exceed. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = Float64Array.from(values).sort();
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
