import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "./server.ts";

let stateDir: string;
let server: Server;
let token: string;

beforeAll(async () => {
	stateDir = mkdtempSync(join(tmpdir(), "foyer-bodies-"));
	server = await Server.start(stateDir);
	({ token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, {
		tenant: "acme",
		role: "Manager",
	}));
});

afterAll(async () => {
	await server?.stop();
	if (stateDir) rmSync(stateDir, { recursive: true, force: true });
});

/** A GET with a body, which fetch does not send. */
function get(
	path: string,
	body: string,
	headers: Record<string, string | number>,
): Promise<[number | undefined, string]> {
	return new Promise((resolve, reject) => {
		const sent = request(server.url + path, { headers: { Authorization: `Bearer ${token}`, ...headers } }, (answer) => {
			const text: string[] = [];
			answer.setEncoding("utf8").on("data", (part: string) => text.push(part));
			answer.on("end", () => resolve([answer.statusCode, text.join("")]));
		});
		sent.on("error", reject).end(body);
	});
}

it("reads the body of a GET where a route takes all verbs, within bounds", async () => {
	const post = <T>(path: string, body: object) => server.ask<T>("POST", path, token, body);
	const person = async (name: string) =>
		(await post<{ contact: { contactUid: string } }>("/v1/contact", { name })).contact.contactUid;
	const [contactId, toContactId] = [await person("Asks"), await person("Asked")];
	const { contactType } = await post<{ contactType: { contactTypeId: string } }>("/api/contacttypes", { name: "Real" });
	const { connectionRole } = await post<{ connectionRole: { roleId: string } }>("/api/connectionroles", {
		name: "Kin",
	});
	const guard = { contactId, contactTypeId: contactType.contactTypeId, roleId: connectionRole.roleId };
	type Asked = { connection: { connectionId: string } };
	const { connection } = await post<Asked>("/api/connections", { ...guard, toContactId });
	const path = `/api/connections/${connection.connectionId}/cancel`;

	const large = "x".repeat(3 * 1024 * 1024);
	const json = { "Content-Type": "application/json" };
	expect(await get(path, large, { ...json, "Content-Length": large.length })).toEqual([413, expect.any(String)]);
	expect(await get(path, large, { ...json, "Transfer-Encoding": "chunked" })).toEqual([413, expect.any(String)]);
	expect(await get(path, "PNG", { "Content-Type": "image/png", "Content-Length": 3 })).toEqual([
		415,
		expect.any(String),
	]);
	const form = new URLSearchParams(guard).toString();
	for (const [type, body, answer] of [
		["application/json", JSON.stringify(guard), '{"responseStatus":null}'],
		["text/jsv", JSON.stringify(guard), expect.stringContaining("Meta:{changed:false")],
		["application/x-www-form-urlencoded", form, expect.stringContaining('"meta":{"changed":"false"')],
	] as const)
		expect(await get(path, body, { "Content-Type": type, "Content-Length": body.length })).toEqual([200, answer]);
});
