/** `npm run bench`: measures Foyer beside the naive durable floor and socket.io. `npm run bench -- durable fanout` runs a part and keeps the rest. */
import { join } from "node:path";
import { root } from "../scripts/local.ts";
import { machineFacts } from "./lib/machine.ts";
import type { Outcome } from "./lib/outcome.ts";
import { partOf, save, summary, tableText, type Report } from "./lib/report.ts";
import { chats } from "./workloads/chats.ts";
import { directories } from "./workloads/directory.ts";
import { durable } from "./workloads/durable.ts";
import { fanout } from "./workloads/fanout.ts";
import { hello } from "./workloads/hello.ts";
import { history } from "./workloads/history.ts";
import { idle } from "./workloads/idle.ts";
import { rooms } from "./workloads/rooms.ts";
import { startup } from "./workloads/startup.ts";
import { webs } from "./workloads/web.ts";

const all: Record<string, (rounds: number) => Promise<Outcome>> = {
	durable,
	fanout,
	rooms,
	history,
	chats,
	hello,
	idle,
	startup,
	...directories,
	...webs,
};
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);

const wanted = process.argv.slice(2);
/** A workload is also meant by the first word of its name. */
const isMeant = (name: string): boolean => wanted.some((word) => name === word || name.startsWith(`${word} `));
const unknown = wanted.filter((word) => !Object.keys(all).some((name) => name === word || name.startsWith(`${word} `)));
if (unknown.length > 0) {
	console.error(`There is no workload ${unknown.join(", ")}; choose from ${Object.keys(all).join(", ")}.`);
	process.exit(2);
}

const report: Report = { machine: machineFacts(), rounds: ROUNDS, workloads: {} };
for (const [name, workload] of Object.entries(all)) {
	if (wanted.length > 0 && !isMeant(name)) continue;
	const outcome = await workload(ROUNDS);
	report.workloads[name] = outcome;
	for (const table of outcome.tables) console.log(`\n${tableText(table)}`);
}
console.log(`\n${summary(report)}\n`);
const results = join(root, "bench/results");
const isOfDirectory = (name: string): boolean => name in directories;
const isOfWeb = (name: string): boolean => name in webs;
save(
	results,
	"latest",
	partOf(report, (name) => !isOfDirectory(name) && !isOfWeb(name)),
);
save(results, "directory", partOf(report, isOfDirectory));
save(results, "web", partOf(report, isOfWeb));
const missed = Object.values(report.workloads).flatMap(({ checks }) => checks.filter(({ passed }) => !passed));
console.log(missed.length === 0 ? "Every goal reached." : `${missed.length} goals missed.`);
process.exit(0);
