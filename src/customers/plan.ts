import { limits } from "./limits.ts";
import type { Filter, Order, Source } from "./list-store.ts";

/** Rows that each filter of a list leaves, as the record's counters know them, of `total`. */
export type Sizes = { total: number; scans: Partial<Record<ScanBy, number>>; tags: readonly number[] };

type ScanBy = (Source & { kind: "scan" })["by"];

/** Measured with 1,000,000 customers: see bench/results/directory.md. */
export const tuning = {
	/** Customers of a tenant that are few enough to be gone through whatever is asked. */
	few: 1000,
	/** Rows that a walk may read before the search index is asked. */
	walk: 600,
	/** Rows that a scan may read and sort: with as many counted as `limits` lets, it stays under 5,000. */
	scan: 3200,
	/** Entries of the search index that are rather sorted than gone through by sections. */
	sorted: 400,
	/** The same where a text is looked for in another order than that of names: each section costs time, whatever it holds. */
	sortedWithText: 1500,
	/** Customers that the index has not heard of which a list looks through: as many as one change leaves. Where there are more the record alone is asked. */
	unheard: limits.subtree,
	/** The same for a total. */
	owed: 1000,
	/** Matches, the first by id, that tell how many there are and where in the order. */
	sampled: 120,
	/** Names with a text, the first in order of those, that tell where it begins. */
	known: 2,
	/** Ids that are asked of the search index beyond those of the page. */
	spare: 14,
	/** Ids that are asked of sections beyond those of the page, at most: one that holds no more needs no dividing. */
	beyond: 240,
	/** Sections that one is divided into at once, on all levels together; what is left of a level is one more. */
	parts: 150,
	/** Those of a level from where something is known to be: what begins there is soon enough. */
	ahead: 30,
	/** Levels of sections that are made at once, each of a section of the one above. */
	levels: 3,
};

/** Rows read for one row that is found by a filter's index and sorted; with its account. */
const SCANNED = 2;
const SCANNED_WITH_ACCOUNT = 3;

/** What the ways to a page are expected to read. */
export type Plan = {
	/** The smallest filter that can be read by itself. */
	scan: { kind: "scan"; by: ScanBy } | undefined;
	scanned: number;
	walked: number;
	/** Rows that match. */
	matches: number;
};

/**
 * What the ways to `wanted` rows read: a scan what its filter leaves, a walk what it must skip (the fewer match, the more). Filters are taken
 * to be independent of each other: where they are not, the walk finds out and stops. Nobody knows beforehand how many have a text, and
 * subtrees are hardly ever independent of accounts.
 */
export function planOf(filter: Filter, order: Order, sizes: Sizes, wanted: number): Plan {
	const isByAccount = order.field === "AccountName";
	const [smallest] = Object.entries(sizes.scans).sort(([, a], [, b]) => a - b);
	const counts = [...Object.values(sizes.scans), ...sizes.tags];
	const share = counts.reduce((product, count) => product * Math.min(1, count / (sizes.total || 1)), 1);
	const isBlind = filter.nameKey !== undefined || (isByAccount && filter.subtrees !== undefined);
	return {
		scan: smallest && { kind: "scan", by: smallest[0] as ScanBy },
		scanned: (isByAccount ? SCANNED_WITH_ACCOUNT : SCANNED) * (smallest?.[1] ?? Number.POSITIVE_INFINITY),
		walked: isBlind ? Number.POSITIVE_INFINITY : wanted / share,
		matches: filter.nameKey === undefined ? share * sizes.total : 0,
	};
}
