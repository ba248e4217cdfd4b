import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { newKey } from "../src/auth/key-format.ts";
import { type Answer, call, Person, request, unique } from "./support/client.ts";
import { askWith, claimsOf, secretIssuer, signed } from "./support/tokens.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

afterEach(() => vi.restoreAllMocks());

/** A binding that is there and does not answer, as one that is down. */
const down = new Proxy({}, { get: () => () => new Promise(() => {}) });

it("is healthy while it serves, and ready while all that it stands on answers", async () => {
	expect(await call("GET", "/health")).toMatchObject({ status: 200, body: { status: "ok" } });
	const parts = { database: "ok", search: "ok", tokens: "ok", rooms: "ok" };
	expect(await call("GET", "/health/ready")).toMatchObject({ status: 200, body: { status: "ok", parts } });
	const started = Date.now();
	const failing: [Partial<Env>, string][] = [
		// Databases without the tables that are asked for, bindings that are missing, and one that never answers.
		[{ DB: env.SEARCH }, "database"],
		[{ SEARCH: env.DB }, "search"],
		[{ DB: undefined } as unknown as Partial<Env>, "database"],
		[{ TOKENS: undefined } as unknown as Partial<Env>, "tokens"],
		[{ ROOMS: undefined } as unknown as Partial<Env>, "rooms"],
		[{ TOKENS: down as KVNamespace }, "tokens"],
	];
	const answers = await Promise.all(failing.map(([variables]) => askWith(variables, "/health/ready")));
	for (const [index, answer] of answers.entries()) {
		const part = failing[index]?.[1] ?? "";
		expect(answer).toMatchObject({ status: 503, body: { status: "failing", parts: { ...parts, [part]: "failing" } } });
		expect(Object.keys(answer.body)).toEqual(["status", "parts"]);
	}
	expect(Date.now() - started).toBeLessThan(8000);
	for (const [variables] of failing) expect((await askWith(variables, "/health")).status).toBe(200);
});

/** One request of each kind of answer. */
async function everyKind(headers: Record<string, string> = {}): Promise<Map<string, Answer>> {
	const ada = await Person.signIn();
	vi.spyOn(console, "error").mockImplementation(() => {});
	const broken = { DB: undefined } as unknown as Partial<Env>;
	const kinds: [string, () => Promise<Answer>][] = [
		["200", () => call("GET", "/v1/Chat", { headers: { ...headers, ...ada.headers } })],
		["204", () => call("OPTIONS", "/v1/Chat", { headers })],
		["400", () => call("GET", "/v1/Chat?take=-1", { headers: { ...headers, ...ada.headers } })],
		["401", () => call("GET", "/v1/Chat", { headers })],
		["404", () => call("GET", "/nowhere", { headers })],
		["405", () => call("PATCH", "/v1/Chat", { headers })],
		["500", () => askWith(broken, "/v1/Chat", { headers: { ...headers, ...ada.headers } })],
		["503", () => askWith({ PRODUCTION: "true" }, "/v1/Chat", { headers })],
		["health", () => call("GET", "/health", { headers })],
		["visitor", () => call("GET", "/api/v2/room-service/", { headers })],
	];
	return new Map(await Promise.all(kinds.map(async ([name, ask]) => [name, await ask()] as const)));
}

it("gives every answer a request id and strict headers", async () => {
	for (const [kind, { status, headers }] of await everyKind()) {
		if (/^\d+$/.test(kind)) expect([kind, status]).toEqual([kind, Number(kind)]);
		expect([kind, headers.get("X-Request-Id")]).toEqual([kind, expect.stringMatching(UUID)]);
		expect([kind, Object.fromEntries(headers)]).toEqual([
			kind,
			expect.objectContaining({
				"x-content-type-options": "nosniff",
				"x-frame-options": "SAMEORIGIN",
				"referrer-policy": "no-referrer",
				"strict-transport-security": expect.stringContaining("max-age="),
				"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
			}),
		]);
		expect(headers.has("X-Powered-By")).toBe(false);
		expect(headers.has("Server")).toBe(false);
		if (status !== 204)
			expect([kind, headers.get("Content-Type")]).toEqual([kind, expect.stringMatching(/^application\/json/)]);
	}
	const mine = "trace-0af7651916cd43dd";
	for (const [kind, { headers }] of await everyKind({ "X-Request-Id": mine }))
		expect([kind, headers.get("X-Request-Id")]).toEqual([kind, mine]);
	for (const unsound of [
		"short",
		"x".repeat(65),
		"with spaces in it",
		'{"level":"error"}',
		"<script>alert(1)</script>",
	]) {
		const { headers } = await call("GET", "/health", { headers: { "X-Request-Id": unsound } });
		expect([unsound, headers.get("X-Request-Id")]).toEqual([unsound, expect.stringMatching(UUID)]);
	}
});

it("writes one line a request, which tells nothing of what was in it", async () => {
	const log = vi.spyOn(console, "log").mockImplementation(() => {});
	const error = vi.spyOn(console, "error").mockImplementation(() => {});
	const token = await signed(claimsOf(secretIssuer, { name: "Ada Lovelace", email: "ada.lovelace@acme.test" }));
	const { key } = newKey();
	const secret = unique("confidential");
	const variables = { REQUEST_LOG: "on", JWT_ISSUERS: JSON.stringify([secretIssuer]) };
	const headers = { Authorization: `Bearer ${token}`, "X-Request-Id": unique("request") };
	const line = async (ask: Promise<Answer>) => {
		const { headers: answered } = await ask;
		expect(log).toHaveBeenCalledTimes(1);
		const [text] = log.mock.calls[0] as [string];
		expect(text).not.toMatch(/[\n\r]/);
		for (const inside of [token, key, secret, "Lovelace", "@acme.test", "u-1"]) expect(text).not.toContain(inside);
		log.mockClear();
		const { ms, requestId, ...entry } = JSON.parse(text) as Record<string, unknown>;
		expect(ms).toBeTypeOf("number");
		expect(requestId).toBe(answered.get("X-Request-Id"));
		return entry;
	};
	const info = (method: string, route: string, status: number, tenant?: string) => ({
		level: "info",
		method,
		route,
		status,
		...(tenant ? { tenant } : {}),
	});

	const created = await askWith(variables, "/v1/Chat", {
		method: "POST",
		headers,
		body: { chat: { chatName: secret } },
	});
	log.mockClear();
	const { chatId } = created.body.chat[0];
	const post = {
		method: "POST",
		headers,
		body: { body: `${secret} to ada.lovelace@acme.test`, clientMessageId: secret },
	};
	expect(await line(askWith(variables, `/v1/Chat/${chatId}/Messages?note=${secret}`, post))).toEqual(
		info("POST", "/v1/Chat/:ChatId/Messages", 200, "acme"),
	);
	expect(await line(askWith(variables, `/v1/Chat/Search?q=${secret}`, { headers }))).toEqual(
		info("GET", "/v1/Chat/Search", 200, "acme"),
	);
	expect(await line(askWith(variables, `/api/ChatSearchRequest?q=${secret}`, { headers }))).toMatchObject({
		status: 200,
		tenant: "acme",
	});
	expect(await line(askWith(variables, "/v1/Chat", { headers: { "X-Api-Key": key } }))).toEqual(
		info("GET", "/v1/Chat", 401),
	);
	expect(await line(askWith(variables, `/v1/Chat/${secret}/Messages`, { headers }))).toEqual(
		info("GET", "/v1/Chat/:ChatId/Messages", 400, "acme"),
	);
	expect(await line(askWith(variables, `/v1/${secret}?token=${token}`))).toEqual(info("GET", "/v1/*", 404));
	expect(await line(askWith(variables, `/v1/Chat`, { ...post, method: "PATCH" }))).toMatchObject({
		method: "PATCH",
		status: 405,
	});
	const visitor = { user_id: secret, org_id: unique("org"), product_name: "LOGIN", portfolio_name: secret };
	expect(await line(askWith(variables, "/api/v2/room-control/", { method: "POST", body: visitor }))).toMatchObject({
		method: "POST",
		route: "/api/v2/room-control/",
		status: 200,
	});

	// A bug has a second line, with its cause; the caller sees only the id to ask for it by.
	expect(error).not.toHaveBeenCalled();
	const broken = { ...variables, ROOMS: undefined } as unknown as Partial<Env>;
	const bug = askWith(broken, `/v1/Chat/${chatId}/Messages`, post);
	expect(await line(bug)).toEqual(info("POST", "/v1/Chat/:ChatId/Messages", 500, "acme"));
	const { body } = await bug;
	const requestId = headers["X-Request-Id"];
	expect(body).toEqual({
		responseStatus: { errorCode: "InternalServerError", message: expect.stringContaining(requestId), errors: [] },
	});
	expect(JSON.stringify(body)).not.toMatch(/getByName|undefined|TypeError|\.ts|at /);
	expect(error).toHaveBeenCalledTimes(1);
	const [cause] = error.mock.calls[0] as [string];
	expect(JSON.parse(cause)).toEqual({ level: "error", requestId, error: expect.stringContaining("TypeError") });
	for (const inside of [token, secret, "@acme.test"]) expect(cause).not.toContain(inside);

	// What a query that failed was asked with is somebody's name: a database without the table.
	const visits = { method: "POST", body: { ...visitor, user_id: "ada.lovelace@acme.test" } };
	expect(await line(askWith({ ...variables, DB: env.SEARCH }, "/api/v2/room-control/", visits))).toMatchObject({
		status: 500,
	});
	expect(error).toHaveBeenCalledTimes(2);
	const [failed] = error.mock.calls[1] as [string];
	expect(failed).toMatch(/Failed query: select .* from .*visitor_room.* no such table/);
	for (const inside of [secret, "@acme.test"]) expect(failed).not.toContain(inside);
});

it("answers what it does not have with 404, and what it has under another method with 405 and the right ones", async () => {
	const ada = await Person.signIn();
	const chatId = await ada.createChat();
	for (const path of [
		"/v1",
		"/v1/",
		"/v1/Chats",
		"/v1/Chat/a/b/c/d",
		"/index.html",
		"/.env",
		"/v1/Chat/../../etc/passwd",
		"/auth/nobody",
	]) {
		const answer = await ada.call("GET", path);
		expect([path, answer.status, answer.body]).toEqual([
			path,
			404,
			{ responseStatus: { errorCode: "NotFound", message: expect.any(String), errors: [] } },
		]);
	}
	for (const [method, path, allow] of [
		["PATCH", "/v1/Chat", "GET, POST, HEAD, OPTIONS"],
		["DELETE", "/v1/Chat", "GET, POST, HEAD, OPTIONS"],
		["GET", `/v1/Chat/${chatId}`, "PUT, OPTIONS"],
		["DELETE", `/v1/Chat/${chatId}`, "PUT, OPTIONS"],
		["PUT", `/v1/Chat/${chatId}/Messages`, "GET, POST, HEAD, OPTIONS"],
		["GET", `/v1/Chat/${chatId}/Messages/${chatId}`, "PUT, DELETE, OPTIONS"],
		["GET", `/v1/Chat/${chatId}/Read`, "POST, OPTIONS"],
		["POST", `/v1/Chat/${chatId}/Events`, "GET, HEAD, OPTIONS"],
		["POST", "/health", "GET, HEAD, OPTIONS"],
		["PUT", "/auth/dev", "GET, POST, HEAD, OPTIONS"],
	] as const) {
		const answer = await ada.call(method, path);
		expect([method, path, answer.status, answer.headers.get("Allow"), answer.body.responseStatus.errorCode]).toEqual([
			method,
			path,
			405,
			allow,
			"MethodNotAllowed",
		]);
	}
	for (const path of ["/health", "/metadata", "/openapi.json", "/"]) {
		const { status, headers } = await request(path, { method: "OPTIONS" });
		expect([path, status, headers.get("Allow")]).toEqual([path, 204, "GET, HEAD, OPTIONS"]);
	}
	expect((await request("/nowhere", { method: "OPTIONS" })).status).toBe(404);
	// HEAD is GET without its body.
	const head = await request("/v1/Chat", { method: "HEAD", headers: ada.headers });
	expect([head.status, head.headers.get("Content-Type"), await head.text()]).toEqual([
		200,
		"application/json; charset=utf-8",
		"",
	]);
	expect((await request("/v1/Chat", { method: "HEAD" })).status).toBe(401);
});

it("lets pages call: any without credentials, or those that are named with them", async () => {
	const ada = await Person.signIn();
	const page = { Origin: "https://app.acme.test" };
	const preflight = {
		...page,
		"Access-Control-Request-Method": "PUT",
		"Access-Control-Request-Headers": "authorization,content-type",
	};
	const chatId = "a".repeat(32);
	for (const path of ["/v1/Chat", `/v1/Chat/${chatId}`, `/v1/Chat/${chatId}/Messages`, "/customers/import"]) {
		const { status, headers, body } = await call("OPTIONS", path, { headers: preflight });
		expect([path, status, body]).toEqual([path, 204, undefined]);
		expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
		expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
		expect(headers.get("Access-Control-Max-Age")).toBe("600");
		for (const method of ["GET", "POST", "PUT", "DELETE"])
			expect(headers.get("Access-Control-Allow-Methods")?.split(",")).toContain(method);
		for (const header of ["Authorization", "Content-Type", "X-Api-Key", "If-Match", "Idempotency-Key"])
			expect(headers.get("Access-Control-Allow-Headers")?.split(",")).toContain(header);
	}
	// A page must be able to read what went wrong, too.
	for (const [path, headers, status] of [
		["/v1/Chat", ada.headers, 200],
		["/v1/Chat", {}, 401],
		[`/v1/Chat/${chatId}/Messages`, ada.headers, 404],
		["/v1/Chat?take=-1", ada.headers, 400],
	] as const) {
		const answer = await call("GET", path, { headers: { ...page, ...headers } });
		expect([answer.status, answer.headers.get("Access-Control-Allow-Origin")]).toEqual([status, "*"]);
		expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("X-Request-Id");
	}
	const named = { CORS_ORIGINS: "https://app.acme.test, https://desk.acme.test" };
	const asked = await askWith(named, "/v1/Chat", { headers: { Origin: "https://desk.acme.test", ...ada.headers } });
	expect(asked.headers.get("Access-Control-Allow-Origin")).toBe("https://desk.acme.test");
	expect(asked.headers.get("Access-Control-Allow-Credentials")).toBe("true");
	expect(asked.headers.get("Vary")).toContain("Origin");
	for (const origin of ["https://evil.test", "https://app.acme.test.evil.test", "null", "http://app.acme.test"]) {
		const refused = await askWith(named, "/v1/Chat", { method: "OPTIONS", headers: { ...preflight, Origin: origin } });
		expect([origin, refused.headers.get("Access-Control-Allow-Origin")]).toEqual([origin, null]);
	}
});
