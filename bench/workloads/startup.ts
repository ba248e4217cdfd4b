import type { Series } from "../lib/compare.ts";
import { waitQuiet } from "../lib/machine.ts";
import type { Outcome } from "../lib/outcome.ts";
import { coldStart } from "../targets/bare-workerd.ts";
import { npmStart } from "../targets/npm-start.ts";
import { temporaryDirectory } from "../targets/server.ts";

const COLD_STARTS = 7;
const FIRST_ANSWER = "first answer ms";

/** How long people wait for `npm start`, and the runtime for the bundle. */
export async function startup(rounds: number): Promise<Outcome> {
	const starts = await npmStarts(rounds);
	const cold = await coldStarts();
	return {
		tables: [
			{ title: "npm start to the first healthy answer", series: starts },
			{ title: "Cold start on bare workerd", series: cold },
		],
		checks: [],
	};
}

async function npmStarts(rounds: number): Promise<Series> {
	const series: Series = { "on nothing": [], again: [] };
	for (let round = 0; round < rounds; round++) {
		const state = temporaryDirectory();
		for (const times of Object.values(series)) {
			await waitQuiet();
			times.push({ [FIRST_ANSWER]: await npmStart(state.path) });
		}
		state.remove();
	}
	return series;
}

async function coldStarts(): Promise<Series> {
	const series: Series = { "empty Worker": [], foyer: [] };
	await waitQuiet();
	for (let start = 0; start < COLD_STARTS; start++) {
		const empty = await coldStart("empty");
		const foyer = await coldStart("foyer");
		series["empty Worker"]!.push({ [FIRST_ANSWER]: empty, "over an empty Worker ms": 0 });
		series["foyer"]!.push({ [FIRST_ANSWER]: foyer, "over an empty Worker ms": foyer - empty });
	}
	return series;
}
