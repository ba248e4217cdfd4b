import { compareServers, ratio, type Session, type Slice } from "../lib/compare.ts";
import { closedLoop, numberOf, pool, sleep, textOf, until } from "../lib/load.ts";
import { atLeast, atMost, noneLost, type Outcome, type Table } from "../lib/outcome.ts";
import { startFloor } from "../targets/floor.ts";
import { startFoyer } from "../targets/foyer.ts";
import type { Member, Server } from "../targets/server.ts";
import { startSocketio } from "../targets/socketio.ts";

const MEMBERS = 100;
const PACE_PER_SECOND = 20;

/** One room of 100 members: senders as fast as acked, then a steady pace. */
export async function fanout(rounds: number): Promise<Outcome> {
	const one = await asFastAsAcked(1, rounds);
	const many = await asFastAsAcked(20, rounds);
	const paced = await atPace(rounds);
	const lost = [one, many, paced].flatMap(({ series }) => series["foyer"]?.map(({ lost }) => lost ?? NaN) ?? []);
	return {
		tables: [one, many, paced],
		checks: [
			atLeast(3, "1 sender: deliveries/s to the floor's", ratio(one.series, "foyer", "floor", "deliveries/s")),
			atLeast(1, "1 sender: deliveries/s to socket.io's", ratio(one.series, "foyer", "socket.io", "deliveries/s")),
			atMost(
				1.3,
				`${PACE_PER_SECOND} messages/s: p99 to the floor's`,
				ratio(paced.series, "foyer", "floor", "to last p99 ms"),
			),
			noneLost("deliveries lost", lost),
		],
	};
}

async function asFastAsAcked(senders: number, rounds: number): Promise<Table> {
	const drive = (room: Room, seconds: number): Promise<unknown> =>
		closedLoop(seconds, senders, (sender) => room.send(sender, performance.now()));
	const series = await compareRooms({ rounds, slices: 4, seconds: 1 }, drive);
	const title = `Fan-out, 1 room, ${MEMBERS} sockets, ${senders} sender${senders > 1 ? "s" : ""} as fast as acked`;
	return { title, series, relative: { to: "floor", by: "deliveries/s" } };
}

/** Latency counts from the time a message was due, so that a server that stalls cannot hide it by slowing the sender down. */
async function atPace(rounds: number): Promise<Table> {
	const drive = async (room: Room, seconds: number): Promise<void> => {
		const startedAt = performance.now();
		for (let message = 0; message < seconds * PACE_PER_SECOND; message++) {
			const due = startedAt + (message * 1000) / PACE_PER_SECOND;
			await sleep(due - performance.now());
			void room.send(0, due);
		}
	};
	const series = await compareRooms({ rounds, slices: 3, seconds: 4 }, drive);
	const title = `Fan-out, 1 room, ${MEMBERS} sockets, ${PACE_PER_SECOND} messages/s`;
	return { title, series, relative: { to: "floor", by: "to last p99 ms" } };
}

type Drive = (room: Room, seconds: number) => Promise<unknown>;

function compareRooms(effort: Parameters<typeof compareServers>[0], drive: Drive) {
	const targets: Record<string, () => Promise<Server>> = {
		floor: startFloor,
		foyer: startFoyer,
		"socket.io": startSocketio,
	};
	return compareServers(effort, targets, async (server): Promise<Session> => {
		const room = await Room.open(server);
		return { work: (seconds) => room.work((some) => drive(room, some), seconds), close: () => room.close() };
	});
}

/** A room with its members, and what became of each message. */
class Room {
	readonly #members: Member[];
	readonly #sentAt: number[] = [];
	readonly #missing: number[] = [];
	#toLast: number[] = [];
	#toAck: number[] = [];
	#deliveries = 0;
	#lastAt = 0;

	private constructor(members: Member[]) {
		this.#members = members;
		for (const member of members) member.onText = (text) => this.#received(numberOf(text));
	}

	static async open(server: Server): Promise<Room> {
		const name = await server.openRoom(MEMBERS);
		const members: Member[] = [];
		await pool(MEMBERS, 20, async (index) => {
			members[index] = await server.join(name, index);
		});
		return new Room(members);
	}

	async send(sender: number, due: number): Promise<void> {
		const number = this.#sentAt.push(due) - 1;
		this.#missing[number] = MEMBERS;
		await this.#members[sender]!.send(textOf(number));
		this.#toAck.push(performance.now() - due);
	}

	/** Drives the room and waits until everything has arrived; the time ends with the last arrival. */
	async work(drive: (seconds: number) => Promise<unknown>, seconds: number): Promise<Slice> {
		const [alreadySent, startedAt] = [this.#sentAt.length, performance.now()];
		this.#toLast = [];
		this.#toAck = [];
		this.#deliveries = 0;
		await drive(seconds);
		await until(() => this.#missing.slice(alreadySent).every((left) => left <= 0), 5);
		const messages = this.#sentAt.length - alreadySent;
		return {
			seconds: (this.#lastAt - startedAt) / 1000,
			counts: { deliveries: this.#deliveries, messages },
			latencies: { "to last": this.#toLast, ack: this.#toAck },
			totals: { lost: messages * MEMBERS - this.#deliveries },
		};
	}

	close(): void {
		for (const member of this.#members) member.close();
	}

	#received(number: number): void {
		this.#deliveries += 1;
		if (--this.#missing[number]! > 0) return;
		this.#lastAt = performance.now();
		this.#toLast.push(this.#lastAt - this.#sentAt[number]!);
	}
}
