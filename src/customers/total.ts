import type { Page } from "./find.ts";
import type { Directory } from "./index-store.ts";
import { limits } from "./limits.ts";
import { countRows, type Filter, type Slice } from "./list-store.ts";
import type { Owed } from "./lookup-store.ts";
import { tuning, type Sizes } from "./plan.ts";
import { countIds, exactly, questionOf } from "./search-store.ts";

/** A filter, how much each part of it leaves, and how many match where a counter says it. */
export type Counted = { filter: Filter; sizes: Sizes; exact: number | undefined };

/** How many match; as a lower bound, at least. */
export type Total = { count: number; isLowerBound: boolean };

/**
 * How many match, as far as it is known from counters, from the page that was read or by counting `limits.counted`: whoever asks for the
 * first page does not wait until a million were counted. At least as many as the page shows.
 */
export async function totalOf(
	directory: Directory,
	{ filter, sizes, exact, owed }: Counted & { owed: Owed | undefined },
	{ offset, limit, after }: Slice,
	{ rows, total }: Page,
): Promise<Total> {
	const known = exact ?? total;
	if (known !== undefined) return { count: known, isLowerBound: false };
	const isLast = rows.length < limit && (rows.length > 0 || offset === 0);
	if (isLast && after === undefined) return { count: offset + rows.length, isLowerBound: false };
	const counted = await countOf(directory, { filter, sizes }, owed?.owed ?? []);
	if (!counted.isLowerBound) return counted;
	return { count: Math.max(counted.count, rows.length > 0 ? offset + rows.length : 0), isLowerBound: true };
}

/** Counted in the record where a filter is small, and else in the index, beside what the record owes it. */
async function countOf(
	directory: Directory,
	{ filter, sizes }: Omit<Counted, "exact">,
	owed: readonly number[],
): Promise<Total> {
	const [smallest] = Object.entries(sizes.scans).sort(([, a], [, b]) => a - b);
	const isFew = smallest !== undefined && smallest[1] <= tuning.sorted;
	if (smallest && (isFew || filter.uids)) {
		const by = smallest[0] as keyof Sizes["scans"];
		return { count: await countRows(directory, filter, { kind: "scan", by }), isLowerBound: false };
	}
	// Nothing can be counted while the index is made anew: what the page shows is what is known.
	if (owed.length > tuning.unheard) return { count: 0, isLowerBound: true };
	const { counted } = limits;
	const looked = owed.slice(0, tuning.owed);
	const [indexed, others] = await Promise.all([
		countIds(directory, questionOf(directory.tenantId, filter, exactly), owed, counted + 1),
		looked.length === 0 ? 0 : countRows(directory, filter, { kind: "lookup", ids: looked }),
	]);
	const count = indexed + others;
	const isLowerBound = count > counted || looked.length < owed.length;
	return { count: isLowerBound ? Math.min(count, counted) : count, isLowerBound };
}
