import type { Series } from "./compare.ts";
import type { Spread } from "./stats.ts";

/** Some targets measured at the same work. */
export type Table = {
	title: string;
	series: Series;
	/** Shows every target's figure in units of one target's, compared within each round. */
	relative?: { to: string; by: string };
};

/** A goal, and how the measurement stands to it. */
export type Check = { what: string; goal: string; measured: Spread; passed: boolean };

/** What a workload brings home. */
export type Outcome = { tables: Table[]; checks: Check[] };

/** A goal that the median must reach. */
export function atLeast(limit: number, what: string, measured: Spread): Check {
	return { what, goal: `>= ${limit}`, measured, passed: measured.median >= limit };
}

/** A goal that the median must not exceed. */
export function atMost(limit: number, what: string, measured: Spread): Check {
	return { what, goal: `<= ${limit}`, measured, passed: measured.median <= limit };
}

/** A goal that not one may be lost, in any round. */
export function noneLost(what: string, counts: readonly number[]): Check {
	const lost = Math.max(...counts);
	return { what, goal: "0", measured: { median: lost, min: lost, max: lost }, passed: lost === 0 };
}
