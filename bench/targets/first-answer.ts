import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { sleep } from "../lib/load.ts";

const DEADLINE_MS = 60_000;

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

/** Asks every few milliseconds until the answer is a good one; fails when the server ends first. */
export async function firstAnswer(url: URL, exited: Promise<unknown>): Promise<void> {
	let hasEnded = false;
	void exited.then(() => (hasEnded = true));
	for (const end = performance.now() + DEADLINE_MS; performance.now() < end; await sleep(2)) {
		const response = await fetch(url).catch(() => undefined);
		if (response?.ok) return;
		if (hasEnded) break;
	}
	throw new Error(`${url.href} gave no good answer`);
}
