/** `npm run bench`: measures Foyer beside the naive durable floor and socket.io. `npm run bench -- durable fanout` runs a part and keeps the rest. */
import { join } from "node:path";
import { root } from "../scripts/local.ts";
import { machineFacts } from "./lib/machine.ts";
import type { Outcome } from "./lib/outcome.ts";
import { save, summary, tableText, type Report } from "./lib/report.ts";
import { chats } from "./workloads/chats.ts";
import { directory } from "./workloads/directory.ts";
import { durable } from "./workloads/durable.ts";
import { fanout } from "./workloads/fanout.ts";
import { hello } from "./workloads/hello.ts";
import { history } from "./workloads/history.ts";
import { idle } from "./workloads/idle.ts";
import { rooms } from "./workloads/rooms.ts";
import { startup } from "./workloads/startup.ts";

const all: Record<string, (rounds: number) => Promise<Outcome>> = {
	durable,
	fanout,
	rooms,
	history,
	chats,
	hello,
	idle,
	startup,
	directory,
};
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in all));
if (unknown.length > 0) {
	console.error(`There is no workload ${unknown.join(", ")}; choose from ${Object.keys(all).join(", ")}.`);
	process.exit(2);
}

const report: Report = { machine: machineFacts(), rounds: ROUNDS, workloads: {} };
for (const [name, workload] of Object.entries(all)) {
	if (wanted.length > 0 && !wanted.includes(name)) continue;
	const outcome = await workload(ROUNDS);
	report.workloads[name] = outcome;
	for (const table of outcome.tables) console.log(`\n${tableText(table)}`);
}
console.log(`\n${summary(report)}\n`);
save(join(root, "bench/results"), report);
const missed = Object.values(report.workloads).flatMap(({ checks }) => checks.filter(({ passed }) => !passed));
console.log(missed.length === 0 ? "Every goal reached." : `${missed.length} goals missed.`);
process.exit(0);
