import { Hono } from "hono";
import { beforeAll, expect, it, vi } from "vitest";
import { app } from "../src/app.ts";
import { accessByRoute, assertGuarded, open, requires } from "../src/auth/authenticate.ts";
import { roles } from "../src/auth/permissions.ts";
import type { FoyerEnv } from "../src/http/foyer-env.ts";
import { type Answer, Person, request } from "./support/client.ts";
import {
	type Call,
	guardedRoutes,
	holders,
	openRoutes,
	type Property,
	property,
	type RouteCase,
	uncovered,
	withoutSlash,
} from "./support/every-route.ts";

let own: Property;
const people = new Map<string, Person>();

beforeAll(async () => {
	own = await property();
	for (const tenant of ["acme", "globex"])
		for (const role of roles) people.set(`${tenant} ${role}`, await Person.signIn(role, tenant));
});

function headersOf(tenant: string, role: string): Record<string, string> {
	const person = people.get(`${tenant} ${role}`);
	if (!person) throw new Error(`nobody is ${role} at ${tenant}`);
	return person.headers;
}

/** Sends the call with a credential of its own and none else. */
async function send(
	{ method, path, body, headers }: Call,
	credential: Record<string, string>,
): Promise<Answer & { socket: WebSocket | null }> {
	const response = await request(path, {
		method,
		headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers, ...credential },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = response.webSocket ? "" : await response.text();
	return {
		status: response.status,
		headers: response.headers,
		// A file is no JSON.
		body: /json/.test(response.headers.get("Content-Type") ?? "") ? JSON.parse(text) : text,
		socket: response.webSocket,
	};
}

/** The error in the words of the dialect, which is all that is said. */
function expectRefusal(answer: Answer, { envelope }: RouteCase, status: number, code: string): void {
	expect(answer.status).toBe(status);
	if (envelope === "status")
		expect(answer.body).toEqual({ responseStatus: { errorCode: code, message: expect.any(String), errors: [] } });
	else expect(answer.body).toMatchObject({ success: false, message: expect.any(String) });
	expect(JSON.stringify(answer.body)).not.toContain(own.text);
}

const cases = guardedRoutes.map((route) => [`${route.route} (${route.stranger})`, route] as const);

it("covers every route that is mounted, and notices one that is new, gone or unguarded", () => {
	expect(uncovered(accessByRoute(app))).toEqual([]);

	const grown = new Hono<FoyerEnv>()
		.route("/", app)
		.get("/v1/Chat/:ChatId/Export", requires("chat:use"), (c) => c.json({}))
		.post("/v1/Chat/:ChatId/Export", open("nobody asked"), (c) => c.json({}));
	expect(uncovered(accessByRoute(grown))).toEqual([
		"GET /v1/Chat/:ChatId/Export has no case",
		"POST /v1/Chat/:ChatId/Export has no case",
	]);
	const shrunk = accessByRoute(app);
	shrunk.delete("POST /v1/Chat/:ChatId/Ticket");
	expect(uncovered(shrunk)).toEqual(["POST /v1/Chat/:ChatId/Ticket is not mounted"]);

	expect(() => assertGuarded(app)).not.toThrow();
	const careless = new Hono<FoyerEnv>().route("/", app).get("/v1/Everything", (c) => c.json({}));
	expect(() => assertGuarded(careless)).toThrow("GET /v1/Everything has no guard");
});

it("opens only the routes that are listed as open, and asks elsewhere for the permission of the case", () => {
	const access = new Map(Array.from(accessByRoute(app), ([route, guard]) => [withoutSlash(route), guard]));
	for (const route of Object.values(openRoutes).flat())
		expect([route, access.get(route)]).toEqual([route, { open: expect.any(String) }]);
	const insideOut = Array.from(access).filter(
		([route, guard]) => guard && "open" in guard && !Object.values(openRoutes).flat().includes(route),
	);
	// These are open at the door because it depends on the request; the cases below hold them to their permission.
	for (const [route] of insideOut) expect(guardedRoutes.map((one) => one.route)).toContain(route);
	for (const { route, permission } of guardedRoutes) {
		const guard = access.get(route);
		if (guard && "permission" in guard) expect([route, guard.permission]).toEqual([route, permission]);
	}
});

it.each(cases)("%s refuses whoever has no good credential", async (_, route) => {
	const call = route.call(own);
	const token = headersOf("acme", "Agent")["Authorization"] ?? "";
	const forged = `${token.slice(0, -6)}${token.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA"}`;
	for (const credential of [
		{},
		{ Authorization: forged },
		{ Authorization: "Bearer " },
		{ Authorization: token.replace("Bearer", "Digest") },
		{ Cookie: `token=${token.slice(7)}; Authorization=${token.slice(7)}; __Host-foyer_portal=${token.slice(7)}` },
		{ "X-Api-Key": `fk_0123456789ab_${"A".repeat(43)}` },
		{
			"X-Foyer-Caller": encodeURIComponent(
				JSON.stringify({ tenantId: "acme", userId: "acme-agent-1", isAdministrator: true }),
			),
		},
	]) {
		const answer = await send(call, credential);
		expectRefusal(answer, route, 401, "Unauthorized");
		expect(answer.headers.get("WWW-Authenticate")).toMatch(/^Bearer realm=/);
	}
});

it.each(cases)("%s refuses every role that lacks the permission", async (_, route) => {
	const lacking = roles.filter((role) => !holders[route.permission].includes(role));
	// Whoever has an account may be connected.
	if (route.permission !== "connections:use") expect(lacking.length).toBeGreaterThan(0);
	for (const role of lacking)
		expectRefusal(await send(route.call(own), headersOf("acme", role)), route, 403, "Forbidden");
});

it.each(cases)("%s gives another tenant's staff nothing", async (_, route) => {
	const before = await stateOfProperty();
	for (const role of holders[route.permission]) {
		const answer = await send(route.call(own), headersOf("globex", role));
		switch (route.stranger) {
			case "not found":
				expectRefusal(answer, route, 404, route.code ?? "NotFound");
				break;
			case "taken":
				expectRefusal(answer, route, 409, "ChatExists");
				break;
			case "shown nothing":
				expect(answer.status).toBe(200);
				expect(JSON.stringify(answer.body)).not.toContain(shownBy(route));
				break;
			case "served":
				expect(answer.status).toBe(answer.socket ? 101 : 200);
				break;
			case "closed":
				expect(await closeCodeOf(answer.socket)).toBe(4507);
		}
	}
	expect(await stateOfProperty()).toEqual(before);
});

/** Last, because the last of them deletes: the very calls that were refused above are good ones. */
it.each(cases)("%s serves the tenant's own staff", async (_, route) => {
	await vi.waitFor(async () => {
		const answer = await send(route.call(own), headersOf("acme", route.by ?? "Agent"));
		expect(answer.socket ? [101] : [200, 204]).toContain(answer.status);
		if (route.stranger === "shown nothing") expect(JSON.stringify(answer.body)).toContain(shownBy(route));
		answer.socket?.accept();
		answer.socket?.close(1000);
	});
});

function shownBy({ shows }: RouteCase): string {
	return shows?.(own) ?? own.chatId;
}

/** Chat, messages, people and connections as their owner sees them. */
async function stateOfProperty(): Promise<unknown> {
	const headers = headersOf("acme", "Administrator");
	const chat = await send({ method: "GET", path: `/v1/Chat?chatId=${own.chatId}` }, headers);
	const messages = await send({ method: "GET", path: `/v1/Chat/${own.chatId}/Messages` }, headers);
	const people = await send({ method: "GET", path: "/v1/contact?countPerPage=200" }, headers);
	const connections = await send({ method: "GET", path: "/api/connections?countPerPage=200" }, headers);
	const visitor = await send(
		{ method: "GET", path: `/api/v2/room-service/?type=get_messages&room_id=${own.roomId}` },
		{},
	);
	return [
		chat.body.chat[0].chatName,
		chat.body.chat[0].chatMembers,
		messages.body,
		people.body,
		connections.body,
		visitor.body,
	];
}

function closeCodeOf(socket: WebSocket | null): Promise<number> {
	if (!socket) throw new Error("no socket was opened");
	return new Promise((resolve) => {
		socket.addEventListener("close", ({ code }) => resolve(code));
		socket.accept();
	});
}
