import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Check, Outcome, Table } from "./outcome.ts";
import { figure, ratio } from "./compare.ts";
import type { Spread } from "./stats.ts";

/** What a run found, as it is written to `results/`. */
export type Report = { machine: Record<string, string | number>; rounds: number; workloads: Record<string, Outcome> };

/** A report as Markdown: the checks first, then every table. */
function markdown(report: Report): string {
	const tables = Object.values(report.workloads).flatMap(({ tables }) => tables.map(tableText));
	return [summary(report), ...tables, ""].join("\n\n");
}

/** What was measured on what, and how it stands to the goals. */
export function summary({ machine, rounds, workloads }: Report): string {
	const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
	const checks = Object.entries(workloads).flatMap(([name, outcome]) =>
		outcome.checks.map((check) => checkRow(name, check)),
	);
	return [
		"# Foyer's bench",
		`${facts.join(" · ")}. Generator and server share the machine. Median of ${rounds} rounds (extremes); a ratio compares within a round.`,
		[row(["workload", "goal", "", "measured", ""]), row(["---", "---", "---", "---:", "---"]), ...checks].join("\n"),
	].join("\n\n");
}

/** The workloads of a report that are written to one file. */
export function partOf(report: Report, isWanted: (workload: string) => boolean): Report {
	return {
		...report,
		workloads: Object.fromEntries(Object.entries(report.workloads).filter(([name]) => isWanted(name))),
	};
}

/**
 * Writes the Markdown and the raw figures under a name to a folder; nothing where nothing was run. Workloads that were not run keep what an earlier run of the same day, versions and
 * rounds found; figures of anything else do not stay beside new ones.
 */
export function save(folder: string, name: string, run: Report): void {
	if (Object.keys(run.workloads).length === 0) return;
	const path = join(folder, name);
	const earlier = existsSync(`${path}.json`) ? (JSON.parse(readFileSync(`${path}.json`, "utf8")) as Report) : run;
	const isSame = earlier.rounds === run.rounds && JSON.stringify(earlier.machine) === JSON.stringify(run.machine);
	const report = isSame ? { ...run, workloads: { ...earlier.workloads, ...run.workloads } } : run;
	const tidy = (_: string, value: unknown): unknown => (typeof value === "number" ? rounded(value) : value);
	writeFileSync(`${path}.json`, `${JSON.stringify(report, tidy, "\t")}\n`);
	writeFileSync(`${path}.md`, markdown(report));
}

function checkRow(workload: string, { what, goal, measured, passed }: Check): string {
	return row([workload, what, goal, cell(measured), passed ? "pass" : "**FAIL**"]);
}

/** One table as Markdown. */
export function tableText({ title, series, relative }: Table): string {
	const columns = Object.keys(Object.values(series)[0]?.[0] ?? {});
	const rows = Object.keys(series).map((target) => {
		const cells = columns.map((name) => cell(figure(series, target, name)));
		if (relative) cells.unshift(cell(ratio(series, target, relative.to, relative.by)));
		return row([target, ...cells]);
	});
	const headings = [...columns];
	if (relative) headings.unshift(`to ${relative.to}`);
	return [`## ${title}\n`, row(["", ...headings]), row(["---", ...headings.map(() => "---:")]), ...rows].join("\n");
}

function row(cells: readonly string[]): string {
	return `| ${cells.join(" | ")} |`;
}

function cell({ median, min, max }: Spread): string {
	if (!Number.isFinite(median)) return "–";
	return min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`;
}

function short(value: number): string {
	return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : String(rounded(value));
}

function rounded(value: number): number {
	return Number(value.toPrecision(3 + Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1)) - 2)));
}
