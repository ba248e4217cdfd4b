import { compareServers, ratio, type Session } from "../lib/compare.ts";
import { closedLoop, numberOf, pool, textOf } from "../lib/load.ts";
import { atLeast, type Outcome } from "../lib/outcome.ts";
import { startFloor } from "../targets/floor.ts";
import { startFoyer } from "../targets/foyer.ts";
import type { Member, Server } from "../targets/server.ts";

const ROOMS = 200;
const MEMBERS = 5;
/** The first messages after a pause cost more than later ones: each is told to D1 at once. By then all rooms are counted as busy. */
const RUN_IN_SECONDS = 8;

/** 200 rooms of 5: in each one message is outstanding, the members taking turns; it is done when acked and received by all five. */
export async function rooms(rounds: number): Promise<Outcome> {
	const targets = { floor: startFloor, foyer: startFoyer };
	const series = await compareServers({ rounds, slices: 1, seconds: 8, runIn: RUN_IN_SECONDS }, targets, open);
	const title = `${ROOMS} rooms x ${MEMBERS} members, 1 message outstanding per room`;
	return {
		tables: [{ title, series, relative: { to: "floor", by: "messages/s" } }],
		checks: [atLeast(0.9, "messages/s to the floor's", ratio(series, "foyer", "floor", "messages/s"))],
	};
}

async function open(server: Server): Promise<Session> {
	const members: Member[][] = Array.from({ length: ROOMS }, () => []);
	await pool(ROOMS, 10, async (index) => {
		const name = await server.openRoom(MEMBERS);
		for (let member = 0; member < MEMBERS; member++) members[index]!.push(await server.join(name, member));
	});
	const all = members.map((some) => new Room(some));
	return {
		async work(seconds) {
			const startedAt = performance.now();
			const done = await closedLoop(seconds, ROOMS, (index) => all[index]!.sendOne());
			return {
				seconds: (performance.now() - startedAt) / 1000,
				counts: { messages: done.length },
				latencies: { "to all": done },
			};
		},
		close: () => members.flat().forEach((member) => member.close()),
	};
}

class Room {
	readonly #members: Member[];
	#missing = 0;
	#complete: () => void = () => {};
	#number = 0;

	constructor(members: Member[]) {
		this.#members = members;
		for (const member of members)
			member.onText = (text) => {
				if (numberOf(text) === this.#number) this.#arrived();
			};
	}

	/** Sends one message; resolves when it is acked and every member has it. */
	async sendOne(): Promise<void> {
		this.#number += 1;
		this.#missing = MEMBERS + 1;
		const complete = new Promise<void>((resolve) => (this.#complete = resolve));
		await this.#members[this.#number % MEMBERS]!.send(textOf(this.#number));
		this.#arrived();
		await complete;
	}

	#arrived(): void {
		if (--this.#missing === 0) this.#complete();
	}
}
