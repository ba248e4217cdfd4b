import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "./server.ts";

const MEGABYTE = 1_000_000;
/** Far more than what the runtime gathers before it tidies up, which looks as if it were held (130 MB of 100, 180 of 300). */
const SIZE = 300 * MEGABYTE;

let stateDir = "";
let server: Server;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-import-"));
	server = await Server.start(stateDir);
});

afterAll(async () => {
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

/** One line of a hundred is good; the others have a name that is too long; in the middle is one whose quote is never closed. */
function* file(): Generator<Uint8Array> {
	const encoder = new TextEncoder();
	const tooLong = `${"n".repeat(4000)},refused\n`;
	let [sent, wasBroken] = [0, false];
	yield encoder.encode("\uFEFFname,referenceId\n");
	for (let n = 0; sent < SIZE; n++) {
		const isBroken = !wasBroken && sent > SIZE / 2;
		wasBroken ||= isBroken;
		const portion = `Customer ${n},R${n}\n${isBroken ? '"never closed,broken\n' : ""}${tooLong.repeat(99)}`;
		sent += portion.length;
		yield encoder.encode(portion);
	}
}

it("imports a file of 300 MB as it comes: what is wrong is reported, the rest is there, and it is never held", async () => {
	const signIn = { tenant: "acme", role: "Manager" };
	const { token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, signIn);
	const path = "/customers?countPerPage=1";
	const before = await server.ask<{ totalCount: number }>("GET", path, token);
	const heldBefore = await server.memory();
	const response = await fetch(`${server.url}/customers/import`, {
		method: "POST",
		headers: { "Content-Type": "text/csv", Authorization: `Bearer ${token}` },
		body: ReadableStream.from(file()),
		duplex: "half",
	});
	expect(response.status).toBe(200);
	const { lines, imported, failed } = (await response.json()) as {
		lines: { line: number; id?: string; error?: { errorCode: string } }[];
		imported: number;
		failed: number;
	};
	const portions = Math.ceil(SIZE / (99 * 4009));
	expect([imported, failed, lines.length]).toEqual([portions, portions * 99 + 1, portions * 100 + 1]);
	expect(lines.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 2));
	const codes = Object.groupBy(lines, ({ id, error }) => (id === undefined ? (error?.errorCode ?? "") : "made"));
	expect(Object.fromEntries(Object.entries(codes).map(([code, list]) => [code, list?.length]))).toEqual({
		made: portions,
		MaximumLength: portions * 99,
		SerializationException: 1,
	});
	const after = await server.ask<{ totalCount: number }>("GET", path, token);
	expect(after.totalCount - before.totalCount).toBe(portions);
	expect((await server.memory()) - heldBefore).toBeLessThan(SIZE);
});

it("answers a list with more tags than an address can hold", async () => {
	const signIn = { tenant: "acme", role: "Manager" };
	const { token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, signIn);
	const tagIds = Array.from({ length: 5000 }, (_, n) => n.toString(16).padStart(32, "a"));
	const headers = { "Content-Type": "application/json", Accept: "application/json", Authorization: `Bearer ${token}` };
	const get = await fetch(`${server.url}/customers?tagIds=${tagIds.join()}`, { headers });
	expect([200, 414, 431]).toContain(get.status);
	const post = await fetch(`${server.url}/api/ListCustomers`, {
		method: "POST",
		headers,
		body: JSON.stringify({ tagIds }),
	});
	expect([post.status, await post.json()]).toMatchObject([200, { items: [], totalCount: 0 }]);
});
