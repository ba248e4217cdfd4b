import { compareServers, compareWork, ratio, type Series } from "../lib/compare.ts";
import { hammer } from "../lib/hammer.ts";
import { atLeast, type Outcome } from "../lib/outcome.ts";
import { startFloor } from "../targets/floor.ts";
import { startFoyer } from "../targets/foyer.ts";
import type { Server } from "../targets/server.ts";

const paths: Record<string, string> = { "bare Worker": "/plain", "bare Hono": "/hono", foyer: "/health" };

/** What Foyer's middleware costs: `/health` beside the same answer of a bare Worker, and of Hono alone in one. */
export async function hello(rounds: number): Promise<Outcome> {
	const targets: Record<string, () => Promise<Server>> = {
		"bare Worker": startFloor,
		"bare Hono": startFloor,
		foyer: startFoyer,
	};
	const series = await compareServers({ rounds, slices: 3, seconds: 1 }, targets, (server, target) =>
		Promise.resolve(hammer(new URL(paths[target]!, server.url), 16)),
	);
	const wire = await wireHello(rounds);
	const cost = ratio(wire, "with wire", "without wire", "requests/s");
	return {
		tables: [
			{ title: "HTTP hello, 16 connections", series, relative: { to: "bare Hono", by: "requests/s" } },
			{ title: "JSON through wire", series: wire, relative: { to: "without wire", by: "requests/s" } },
		],
		checks: [atLeast(0.95, "HTTP hello with wire, in units of without", cost)],
	};
}

/** What it costs that an answer could leave in another format: JSON, which passes through, in one Worker without `src/wire` and with it. */
async function wireHello(rounds: number): Promise<Series> {
	const server = await startFloor();
	try {
		const session = (path: string) => hammer(new URL(path, server.url), 16, { Accept: "application/json" });
		const sessions = { "without wire": session("/unwired"), "with wire": session("/wired") };
		return await compareWork({ rounds, slices: 5, seconds: 1 }, server.pid, sessions);
	} finally {
		await server.stop();
	}
}
