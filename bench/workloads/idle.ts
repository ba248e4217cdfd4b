import { pool, sleep, textOf, until } from "../lib/load.ts";
import { openFilesLimit, residentKiB, waitQuiet } from "../lib/machine.ts";
import { noneLost, type Outcome } from "../lib/outcome.ts";
import type { Figures } from "../lib/compare.ts";
import { startFoyer, type Foyer, type FoyerMember } from "../targets/foyer.ts";

const ROOMS = 200;
const MEMBERS = 50;
const SOCKETS = ROOMS * MEMBERS;
/** workerd holds two descriptors a socket (2026-11-22), and some hundred of its own. */
const DESCRIPTORS_A_SOCKET = 2;
const OWN_DESCRIPTORS = 1000;
/** Longer than the 10 s after which the runtime puts an idle object to sleep, and several pings of every socket. */
const HOLD_MS = 30_000;
const losses = ["pings lost", "sockets closed", "members not reached after"];

/** 10,000 idle sockets in 200 rooms, pinged while their rooms sleep; at the end one message in each room reaches all. */
export async function idle(): Promise<Outcome> {
	const servers: Foyer[] = [];
	const needed = Math.ceil((SOCKETS * DESCRIPTORS_A_SOCKET) / (openFilesLimit() - OWN_DESCRIPTORS));
	try {
		for (let count = 0; count < needed; count++) servers.push(await startFoyer());
		await waitQuiet();
		const figures = await hold(servers);
		const title = `${SOCKETS.toLocaleString("en")} idle sockets in ${ROOMS} rooms, ${HOLD_MS / 1000} s`;
		return {
			tables: [{ title, series: { foyer: [figures] } }],
			checks: losses.map((name) => noneLost(name, [figures[name] ?? NaN])),
		};
	} finally {
		for (const server of servers) await server.stop();
	}
}

async function hold(servers: readonly Foyer[]): Promise<Figures> {
	const memory = (): number => servers.reduce((sum, { pid }) => sum + residentKiB(pid), 0);
	const [before, startedAt] = [memory(), performance.now()];
	const rooms = await connect(servers);
	const connectsPerSecond = SOCKETS / ((performance.now() - startedAt) / 1000);
	const members = rooms.flat();
	let [closed, received] = [0, 0];
	for (const member of members) {
		member.onClose = () => (closed += 1);
		member.onText = () => (received += 1);
	}
	await sleep(HOLD_MS);
	const kiBPerSocket = (memory() - before) / SOCKETS;
	for (const room of rooms) await room[0]!.send(textOf(0));
	await until(() => received >= SOCKETS, 10);
	for (const member of members) member.stopPings();
	await until(() => members.every(({ pings }) => pings.sent === pings.answered), 10);
	const total = (name: "sent" | "answered"): number => members.reduce((sum, { pings }) => sum + pings[name], 0);
	for (const member of members) member.close();
	return {
		runtimes: servers.length,
		"connects/s": connectsPerSecond,
		"KiB a socket": kiBPerSocket,
		pings: total("sent"),
		"pings lost": total("sent") - total("answered"),
		"sockets closed": closed,
		"members not reached after": SOCKETS - received,
	};
}

async function connect(servers: readonly Foyer[]): Promise<FoyerMember[][]> {
	const rooms: FoyerMember[][] = Array.from({ length: ROOMS }, () => []);
	await pool(ROOMS, 10, async (index) => {
		const server = servers[index % servers.length]!;
		const name = await server.openRoom(MEMBERS);
		for (let member = 0; member < MEMBERS; member++) rooms[index]!.push(await server.join(name, member));
	});
	return rooms;
}
