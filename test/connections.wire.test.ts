import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, request } from "./support/client.ts";
import { act, ask, Circle, guardOf, queryOf, type Requested } from "./support/circle.ts";

let circle: Circle;
beforeAll(async () => {
	circle = await Circle.found();
});

/** The request of seed 003 as its page prints it. */
const SAMPLE =
	'{"ConnectionId":"00000000-0000-0000-0000-000000000000","ContactId":"00000000-0000-0000-0000-000000000000","ContactTypeId":"00000000-0000-0000-0000-000000000000","RoleId":"00000000-0000-0000-0000-000000000000"}';

/** The sample with the ids of a connection in the places where it has zeros. */
function filled(pair: Requested, connectionId = pair.id): Record<string, string> {
	const ids = guardOf(pair, pair.asks);
	const values = [connectionId, ids.contactId, ids.contactTypeId, ids.roleId];
	return Object.fromEntries(Object.keys(JSON.parse(SAMPLE) as object).map((name, at) => [name, values[at] ?? ""]));
}

type Asking = { query?: Record<string, string>; body?: string; type?: string };

async function say(method: string, path: string, { query, body, type = "application/json" }: Asking): Promise<Answer> {
	const headers = { ...circle.manager.headers, ...(body === undefined ? {} : { "Content-Type": type }) };
	const response = await request(`${path}?${queryOf(query)}`, {
		method,
		headers,
		...(body === undefined ? {} : { body }),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

/** Each way the sample can be sent. */
const ways: [method: string, place: "query" | "body"][] = [
	["GET", "query"],
	...["POST", "PUT", "PATCH", "DELETE"].flatMap((method): [string, "query" | "body"][] => [
		[method, "body"],
		[method, "query"],
	]),
];

describe.each(ways)("%s with the sample in its %s", (method, place) => {
	it.each([
		["cancel", "Cancelled"],
		["remove", "Removed"],
	])("%s", async (action, status) => {
		const pair = await circle.requested();
		if (action === "remove") await act(pair, "accept", pair.asked);
		const sample = filled(pair);
		const asking = place === "query" ? { query: sample } : { body: JSON.stringify(sample) };
		const answer = await say(method, `/api/connections/${pair.id}/${action}`, asking);
		expect([answer.status, answer.body]).toEqual([200, { ResponseStatus: null }]);
		expect((await circle.read(pair)).status).toBe(status);
		const again = await say(method, `/api/connections/${pair.id}/${action}`, asking);
		expect([again.status, again.body]).toEqual([
			200,
			{ ResponseStatus: { Message: expect.any(String), Meta: expect.any(Object) } },
		]);
	});

	it.each(["accept", "decline", "block", "unblock"])("%s", async (action) => {
		const pair = await circle.requested();
		const sample = { ...filled(pair), ContactId: guardOf(pair, pair.asked).contactId };
		if (action === "unblock") await act(pair, "block", pair.asked);
		const asking = place === "query" ? { query: sample } : { body: JSON.stringify(sample) };
		const answer = await say(method, `/api/connections/${pair.id}/${action}`, asking);
		expect([answer.status, answer.body]).toEqual([200, { ResponseStatus: null }]);
	});

	it.each([
		["accept", "asked", "Accepted"],
		["ignore", "asked", "Declined"],
		["decline", "asked", "Declined"],
		["cancel", "asks", "Cancelled"],
	] as const)("connectionrequests %s", async (action, end, status) => {
		const pair = await circle.requested();
		const { contactId, roleId } = guardOf(pair, pair[end]);
		const dto = { contactId, roleId, connectionRequestId: pair.id };
		const asking = place === "query" ? { query: dto } : { body: JSON.stringify(dto) };
		const answer = await say(method, `/api/connectionrequests/${pair.id}/${action}`, asking);
		expect([answer.status, answer.body]).toEqual([200, { responseStatus: null }]);
		expect((await circle.read(pair)).status).toBe(status);
	});
});

/** The sample's members as each format writes them. */
const formats: [type: string, written: (members: Record<string, string>) => string][] = [
	["application/json", (members) => JSON.stringify(members)],
	["text/jsonl", (members) => `${JSON.stringify(members)}\n`],
	["text/jsv", (members) => `{${list(members, ([name, value]) => `${name}:${value}`).join(",")}}`],
	["text/csv", (members) => `${Object.keys(members).join(",")}\r\n${Object.values(members).join(",")}\r\n`],
	[
		"application/xml",
		(members) => `<U>${list(members, ([name, value]) => `<${name}>${value}</${name}>`).join("")}</U>`,
	],
	["application/x-www-form-urlencoded", (members) => queryOf(members)],
];

function list(members: Record<string, string>, written: (member: [string, string]) => string): string[] {
	return Object.entries(members).map((member) => written(member));
}

describe.each(["POST", "PUT", "PATCH", "DELETE"])("%s", (method) => {
	it.each(formats)("reads a body of %s", async (type, written) => {
		const pair = await circle.requested();
		const path = `/api/connections/${pair.id}/cancel`;
		const headers = { ...circle.manager.headers, "Content-Type": type, Accept: "application/json" };
		const wrong = written({ ...filled(pair), RoleId: crypto.randomUUID() });
		const refused = await request(path, { method, headers, body: wrong });
		expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining("ConnectionRoleMismatch")]);
		const done = await request(path, { method, headers, body: written(filled(pair)) });
		expect([done.status, await done.json()]).toEqual([200, { ResponseStatus: null }]);
		expect((await circle.read(pair)).status).toBe("Cancelled");
	});

	it("refuses bodies of other types, and those that are not what they say", async () => {
		const pair = await circle.requested();
		for (const [type, body, status] of [
			["image/png", "PNG", 415],
			["application/xml", "<U>", 400],
			["text/jsv", "{ContactId:", 400],
			["multipart/form-data", "none", 400],
			["text/csv", "x".repeat(2 * 1024 * 1024 + 1), 413],
		] as const) {
			const headers = { ...circle.manager.headers, "Content-Type": type };
			const answer = await request(`/api/connections/${pair.id}/cancel`, { method, headers, body });
			expect([type, answer.status]).toEqual([type, status]);
		}
		expect((await circle.read(pair)).version).toBe(1);
	});
});

it("takes the sample's zeros for members that are not set", async () => {
	const pair = await circle.requested();
	const path = `/api/connections/${pair.id}/cancel`;
	const required = ["ContactId", "ContactTypeId", "RoleId"];
	const empty = { responseStatus: expect.objectContaining({ errorCode: "NotEmpty" }) };
	for (const asking of [
		{ body: SAMPLE },
		{ query: JSON.parse(SAMPLE) as Record<string, string> },
		{},
		{ body: "{}" },
	]) {
		const answer = await say("POST", path, asking);
		const status = answer.body.responseStatus ?? {};
		const fields = status.errors ?? answer.body.ResponseStatus.Errors;
		expect(answer.status).toBe(400);
		expect(fields.map((field: Record<string, string>) => field["fieldName"] ?? field["FieldName"])).toEqual(required);
		if (answer.body.responseStatus) expect(answer.body).toEqual(empty);
	}
	// The path says which connection; zeros in the body do not contradict it.
	const zeros = filled(pair, "00000000-0000-0000-0000-000000000000");
	expect((await say("POST", path, { body: JSON.stringify(zeros) })).body).toEqual({ ResponseStatus: null });
});

it("refuses what contradicts the path or the connection, and leaves it as it is", async () => {
	const [pair, second] = [await circle.requested(), await circle.requested()];
	const { body: other } = await circle.manager.call("POST", "/api/contacttypes", { name: "Virtual person" });
	const refusals: [Record<string, string>, number, string, string[]][] = [
		[{ connectionId: second.id }, 400, "ConnectionIdMismatch", ["ConnectionId"]],
		[{ contactId: guardOf(second, second.asks).contactId }, 409, "ConnectionContactMismatch", []],
		[{ contactTypeId: other.contactType.contactTypeId }, 409, "ConnectionTypeMismatch", []],
		[{ contactTypeId: crypto.randomUUID() }, 409, "ConnectionTypeMismatch", []],
		[{ roleId: second.roleId }, 409, "ConnectionRoleMismatch", []],
		[{ contactId: "me" }, 400, "RegularExpression", ["ContactId"]],
		[{ roleId: "' OR 1=1 --" }, 400, "RegularExpression", ["RoleId"]],
		[{ contactTypeId: "*" }, 400, "RegularExpression", ["ContactTypeId"]],
	];
	const good = guardOf(pair, pair.asks);
	for (const action of ["cancel", "remove", "accept", "block"])
		for (const [wrong, number, code, fields] of refusals)
			for (const asking of [{ body: JSON.stringify({ ...good, ...wrong }) }, { query: { ...good, ...wrong } }]) {
				const { status, body } = await say("PUT", `/api/connections/${pair.id}/${action}`, asking);
				expect([wrong, status, body.responseStatus.errorCode]).toEqual([wrong, number, code]);
				expect(body.responseStatus.errors.map(({ fieldName }: { fieldName: string }) => fieldName)).toEqual(fields);
			}
	const request = { ...good, connectionRequestId: second.id };
	const answer = await say("POST", `/api/connectionrequests/${pair.id}/accept`, { query: request });
	expect([answer.status, answer.body.responseStatus.errorCode]).toEqual([400, "ConnectionIdMismatch"]);
	expect(await circle.read(pair)).toMatchObject({ status: "Requested", version: 1 });
});

it("reads ids in any spelling, and takes the query's over the body's", async () => {
	const spellings: ((id: string) => string)[] = [
		(id) => id.toUpperCase(),
		(id) => id.replaceAll("-", ""),
		(id) => `{${id}}`,
	];
	for (const spelled of spellings) {
		const pair = await circle.requested();
		const guard = Object.entries(guardOf(pair, pair.asks)).map(([name, id]) => [name.toUpperCase(), spelled(id)]);
		const answer = await say("POST", `/api/connections/${spelled(pair.id)}/cancel`, {
			body: JSON.stringify(Object.fromEntries(guard)),
		});
		expect([answer.status, (await circle.read(pair)).status]).toEqual([200, "Cancelled"]);
	}
	const pair = await circle.requested();
	const { roleId, ...guard } = guardOf(pair, pair.asks);
	const wrong = JSON.stringify({ ...guard, RoleId: crypto.randomUUID() });
	for (const method of ["POST", "DELETE"]) {
		const answer = await say(method, `/api/connections/${pair.id}/cancel`, { query: { roleID: roleId }, body: wrong });
		expect([method, answer.status]).toEqual([method, 200]);
	}
});

it("refuses bodies that are none, with a text that says so", async () => {
	const pair = await circle.requested();
	const path = `/api/connections/${pair.id}/cancel`;
	for (const body of ['{"ContactId":', "[]", '"text"', "5", "{]", "nul"])
		for (const method of ["POST", "DELETE"]) {
			const answer = await say(method, path, { body });
			expect([method, body, answer.status]).toEqual([method, body, 400]);
		}
	for (const body of ["", "  ", "null"]) {
		const answer = await say("DELETE", path, { body, query: guardOf(pair, pair.asks) });
		expect([body, answer.status]).toEqual([body, 200]);
	}
	// A typed client announces JSON also when it sends none.
	const response = await request(`${path}?${queryOf(guardOf(pair, pair.asks))}`, {
		headers: { ...circle.manager.headers, "Content-Type": "application/json" },
	});
	expect(response.status).toBe(200);
});

it("refuses wrong requests by their fields", async () => {
	const pair = await circle.pair();
	const good = { ...guardOf(pair, pair.asks), toContactId: pair.asked.contactUid };
	const refusals: [Record<string, unknown>, string, string][] = [
		[{ toContactId: undefined }, "NotEmpty", "ToContactId"],
		[{ toContactId: pair.asks.contactUid }, "NotEqual", "ToContactId"],
		[{ contactId: undefined }, "NotEmpty", "ContactId"],
		[{ contactId: 7 }, "SerializationException", "ContactId"],
		[{ contactTypeId: undefined }, "NotEmpty", "ContactTypeId"],
		[{ roleId: undefined }, "NotEmpty", "RoleId"],
		[{ roleId: ["a"] }, "SerializationException", "RoleId"],
		[{ reason: "x".repeat(501) }, "MaximumLength", "Reason"],
		[{ reason: { $ne: "" } }, "SerializationException", "Reason"],
	];
	for (const path of ["/api/connections", "/api/connections/block"])
		for (const [wrong, code, field] of refusals) {
			const { status, body } = await circle.manager.call("POST", path, { ...good, ...wrong });
			const [error] = body.responseStatus.errors;
			expect([wrong, status, error.errorCode, error.fieldName]).toEqual([wrong, 400, code, field]);
		}
	for (const unknown of ["contactId", "toContactId", "contactTypeId", "roleId"]) {
		const { status, body } = await circle.manager.call("POST", "/api/connections", {
			...good,
			[unknown]: crypto.randomUUID(),
		});
		expect([unknown, status, body.responseStatus.errorCode]).toEqual([unknown, 404, "NotFound"]);
	}
	for (const query of ["status=Married", "contactId=1", "countPerPage=201", "countPerPage=x", "cursor=zzz"]) {
		const { status } = await circle.manager.call("GET", `/api/connections?${query}`);
		expect([query, status]).toEqual([query, 400]);
	}
	const spoken = "Ω ' \" -- \u0000 \ud800 💬";
	const { body } = await circle.manager.call("POST", "/api/connections", { ...good, reason: spoken });
	expect(body.connection.reason).toBe(spoken.toWellFormed());
});

it("takes a reason where somebody may want to give one", async () => {
	for (const [action, expected] of [
		["decline", "Not now"],
		["cancel", null],
	] as const) {
		const pair = await circle.requested();
		const guard = guardOf(pair, action === "cancel" ? pair.asks : pair.asked);
		await circle.manager.call("POST", `/api/connections/${pair.id}/${action}`, { ...guard, reason: "Not now" });
		expect((await circle.history(pair)).at(-1).reason).toBe(expected);
	}
});

it("answers HEAD, OPTIONS and other methods as /v1 does", async () => {
	const pair = await circle.requested();
	const path = `/api/connections/${pair.id}`;
	for (const part of [path, `${path}/cancel`, `/api/connectionrequests/${pair.id}/accept`, "/api/contacttypes"]) {
		const preflight = await request(part, {
			method: "OPTIONS",
			headers: { Origin: "https://app.test", "Access-Control-Request-Method": "POST" },
		});
		expect([part, preflight.status, preflight.headers.get("Access-Control-Allow-Origin")]).toEqual([part, 204, "*"]);
	}
	const head = await request(path, { method: "HEAD", headers: circle.manager.headers });
	expect([head.status, await head.text()]).toEqual([200, ""]);
	const refused = await circle.manager.call("POST", path, {});
	expect([refused.status, refused.headers.get("Allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
	expect((await ask(pair)).headers.get("Access-Control-Allow-Origin")).toBe("*");
	// The visitor dialect under /api/v2 is another house.
	expect((await request("/api/v2/connections")).status).toBe(404);
	expect((await request("/api/v2/")).status).toBe(200);
});
