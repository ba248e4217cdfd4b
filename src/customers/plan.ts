import type { Filter, Source } from "./list-store.ts";

/** Rows that each filter of a list leaves, as the record's counters know them, of `total`. */
export type Sizes = { total: number; scans: Partial<Record<ScanBy, number>>; tags: readonly number[] };

type ScanBy = (Source & { kind: "scan" })["by"];

/** How rows could be come by, and what it is expected to read. */
export type Plan =
	| { kind: "walk"; cost: number }
	| { kind: "scan"; by: ScanBy; cost: number }
	| { kind: "lookup"; cost: number };

/** Measured with 1,000,000 customers on 2026-11-22: see bench/results. */
export const tuning = {
	/** Rows that a walk may read before another way is tried. */
	walk: 3000,
	/** Rows that a scan may read and sort. */
	scan: 4500,
	/** Rows that the search index may name before there are too many to sort. */
	lookup: 1000,
};

/** Rows read for one row that is found by a filter's index and sorted; and by the search index, the record and sorted. */
const SCANNED = 2;
const LOOKED_UP = 4;
/** The share of customers that a text in their name is taken to leave: by one or two characters, and by more. */
const SHORT_TEXT = 0.1;
const LONG_TEXT = 0.01;

/**
 * The ways to a page of `wanted` rows, cheapest first. A scan costs what its filter leaves, a walk what it must skip (the fewer match, the
 * more), a lookup what all filters leave together. Filters are taken to be independent of each other: where they are not, the walk finds
 * out and stops.
 */
export function plansOf(filter: Filter, sizes: Sizes, wanted: number): Plan[] {
	const density = densityOf(filter, sizes);
	const isLong = filter.nameKey !== undefined && filter.nameKey.length > 2;
	const matches = sizes.total * density;
	const scans = Object.entries(sizes.scans).map(([by, count]) => ({
		kind: "scan" as const,
		by: by as ScanBy,
		cost: SCANNED * count,
	}));
	// Asking the index is cheap even where there turn out to be too many: it goes before all that would read more than a walk may.
	const lookup = matches <= tuning.lookup ? LOOKED_UP * matches : tuning.walk + 1;
	return [
		...scans,
		{ kind: "walk" as const, cost: Math.min(sizes.total, wanted / density) },
		{ kind: "lookup" as const, cost: isLong ? tuning.lookup : lookup },
	].sort((a, b) => a.cost - b.cost);
}

function densityOf(filter: Filter, { total, scans, tags }: Sizes): number {
	if (total === 0) return 1;
	const counts = [...Object.values(scans), ...tags];
	const text = filter.nameKey === undefined ? 1 : filter.nameKey.length > 2 ? LONG_TEXT : SHORT_TEXT;
	return counts.reduce((share, count) => share * Math.min(1, count / total), text);
}
