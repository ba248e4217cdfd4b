import { beforeAll, describe, expect, it } from "vitest";
import { env } from "cloudflare:workers";
import { chatIdOf } from "../src/rooms/room-id.ts";
import { Person, request, unique } from "./support/client.ts";
import { dowell, fourFields, message, messagesIn, openRoom } from "./support/dowell.ts";
import { openOrgs } from "./support/orgs.ts";

beforeAll(() => openOrgs("DOWELL12345"));

const JSON_TYPE = { "Content-Type": "application/json" };
const FORM_TYPE = { "Content-Type": "application/x-www-form-urlencoded" };
const MIB = 1024 * 1024;

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, offset) => from + offset);

/** How a message comes back out of a room of its own. */
const roundTrip = async (message_data: unknown) => {
	const room = await openRoom();
	const sent = await dowell.post("room-service", message(room, { message_data }));
	expect(sent.status, JSON.stringify(sent.body)).toBe(200);
	const [first] = await messagesIn(room);
	return first?.["message_data"];
};

describe("message_data", () => {
	it.each<[unknown, string]>([
		["", "an empty text"],
		["null", "a text that is JSON"],
		[0, "zero"],
		[false, "false"],
		[[], "an empty list"],
		[{ $ne: null, __proto__: { a: 1 } }, "an object that looks like a query"],
		[{ a: [1, { b: "ü\u{1F600}" }], c: null }, "an object"],
		["zero \0 byte, 'quotes', \u{1F600}", "odd characters"],
	])("comes back as it was sent: %j, %s", async (data) => {
		expect(await roundTrip(data)).toEqual(data);
	});

	it("comes back well formed when it was not", async () => {
		expect(await roundTrip("half a \ud83d pair")).toBe("half a \ufffd pair");
	});

	it("holds a picture of 1 MiB and nothing larger", async () => {
		const picture = "iVBORw0K".repeat(MIB / 8);
		expect(await roundTrip(picture)).toBe(picture);
		const room = await openRoom();
		const large = await dowell.post("room-service", message(room, { message_data: `${picture}=` }));
		expect(large).toMatchObject({ status: 413, body: { success: false } });
		expect(await messagesIn(room)).toEqual([]);
	});

	it("is refused when it is a number that none holds, which would come back as null", async () => {
		const room = await openRoom();
		const body = JSON.stringify(message(room, { message_data: 7 })).replace(
			'"message_data":7',
			'"message_data":-1e999',
		);
		expect(await dowell.raw("room-service/", { method: "POST", headers: JSON_TYPE, body })).toMatchObject({
			status: 400,
			body: { errors: { message_data: ["Value must be valid JSON."] } },
		});
		expect(await messagesIn(room)).toEqual([]);
	});

	it("is refused when it is nested beyond reason", async () => {
		const room = await openRoom();
		const post = (levels: number, field = "message_data") => {
			const { [field]: _, ...rest } = message(room) as Record<string, unknown>;
			const body = `{"${field}":${nested(levels)},${JSON.stringify(rest).slice(1)}`;
			return dowell.raw("room-service/", { method: "POST", headers: JSON_TYPE, body });
		};
		expect((await post(100)).status).toBe(200);
		expect(await post(101)).toMatchObject({
			status: 400,
			body: { errors: { message_data: ["Value must be valid JSON."] } },
		});
		expect((await post(500_000)).status).toBe(400);
		expect((await post(500_000, "author")).status).toBe(400);
		expect(await messagesIn(room)).toHaveLength(1);
	});
});

describe("get_messages", () => {
	it("answers 304 to a client that has what there is", async () => {
		const room = await openRoom();
		const query = { type: "get_messages", room_id: room };
		const { headers } = await dowell.get("room-service", query);
		const tag = { "If-None-Match": headers.get("ETag") ?? "" };
		expect((await dowell.get("room-service", query, tag)).status).toBe(304);
		await dowell.post("room-service", message(room));
		expect((await dowell.get("room-service", query, tag)).status).toBe(200);
	});

	it("gives the newest 1,000 and pages by index, oldest first", async () => {
		const room = await openRoom();
		const stub = env.ROOMS.getByName(room);
		const visitor = await stub.describeVisitor();
		if (!visitor.ok) throw new Error("no visitor");
		const draft = { messageType: "text", body: "Hello" };
		await Promise.all(Array.from({ length: 1003 }, () => stub.send(visitor.caller, draft)));
		const indexes = async (query: Record<string, string> = {}) =>
			(await messagesIn(room, query)).map(({ index }) => index);
		expect(await indexes()).toEqual(range(4, 1003));
		expect(await indexes({ limit: "1", offset: "2" })).toHaveLength(1000);
		expect(await indexes({ after: "1000" })).toEqual(range(1001, 1003));
		expect(await indexes({ after: "0" })).toEqual(range(1, 1000));
		expect(await indexes({ before: "4" })).toEqual(range(1, 3));
		expect(await indexes({ after: "1", before: "5" })).toEqual(range(2, 4));
		expect(await indexes({ after: "1003" })).toEqual([]);
		const wrong = await dowell.get("room-service", { type: "get_messages", room_id: room, after: "-1" });
		expect(wrong).toMatchObject({ status: 400, body: { errors: { after: ["A valid integer is required."] } } });
	});

	it("shows edits and nothing of what was deleted", async () => {
		const agent = await Person.signIn();
		const room = await openRoom();
		const chatId = chatIdOf(room);
		await dowell.post("room-service", message(room, { message_data: { a: 1 }, side: true }), agent.headers);
		const gone = await agent.send(chatId, "secret");
		const [first] = (await agent.call("GET", `/v1/Chat/${chatId}/Messages`)).body.messages;
		expect(first.body).toBe('{"a":1}');
		await agent.call("PUT", `/v1/Chat/${chatId}/Messages/${first.chatMessageId}`, { body: "5" });
		await agent.call("DELETE", `/v1/Chat/${chatId}/Messages/${gone.chatMessageId}`);
		expect(await messagesIn(room)).toMatchObject([{ message_data: "5", index: 1 }]);
		expect(JSON.stringify(await messagesIn(room))).not.toContain("secret");
	});

	it("writes nothing for made-up ids", async () => {
		const room = "66f0a1c0bbbbbbbbbbbbbbb1";
		expect(await messagesIn(room)).toEqual([]);
		expect((await dowell.get("room-service", { type: "get_room_by_id", room_id: room })).body.response).toEqual([]);
		expect((await dowell.post("room-service", message(room))).status).toBe(404);
		expect(await env.ROOMS.getByName(room).describeVisitor()).toMatchObject({ ok: false, code: "NotFound" });
	});
});

describe("a query where a text belongs", () => {
	const operator = { $ne: null };

	it.each(["user_id", "org_id", "portfolio_name", "product_name"])("is a 400 and never a match: %s", async (field) => {
		const fields = fourFields();
		await openRoom(fields);
		for (const path of ["room-control", "extension", ...(field === "user_id" ? ["login", "openChatRoom"] : [])])
			expect(await dowell.post(path, { ...fields, [field]: operator })).toMatchObject({
				status: 400,
				body: { success: false, message: "Invalid data", errors: { [field]: [expect.any(String)] } },
			});
	});

	it("is a 400 in room-service", async () => {
		const room = await openRoom();
		for (const field of ["room_id", "author", "message_type", "side"])
			expect(await dowell.post("room-service", message(room, { [field]: operator }))).toMatchObject({
				status: 400,
				body: { success: false, errors: { [field]: [expect.any(String)] } },
			});
		const deletion = { type: "delete_room", room_id: operator, is_active: false };
		expect((await dowell.post("room-service", deletion)).status).toBe(400);
		expect((await dowell.post("room-service", { ...deletion, room_id: room, is_active: operator })).status).toBe(400);
		expect(
			(await dowell.get("room-service", { type: "get_room_by_id", room_id: room })).body.response[0].is_active,
		).toBe(true);
	});

	it("is taken as text where it comes as text", async () => {
		expect(await messagesIn('{"$ne":null}')).toEqual([]);
		const { body } = await dowell.get("room-list", { "org_id[$ne]": "x", "product_name[$ne]": "y" });
		expect(body).toEqual({ success: false, message: "Room not found on org_id" });
	});
});

describe("bodies", () => {
	it("are taken as forms and multipart, the last of a repeated key", async () => {
		const { user_id, org_id, product_name } = fourFields();
		const form = new URLSearchParams({ user_id: "first", org_id, product_name, portfolio_name: "shop" });
		form.append("user_id", user_id);
		const opened = await dowell.raw("room-control", { method: "POST", headers: FORM_TYPE, body: form.toString() });
		expect(opened.body.response).toMatchObject({ user_id, org_id });
		const multipart = new FormData();
		for (const [name, value] of form) multipart.append(name, value);
		const found = await dowell.raw("room-control/", { method: "POST", body: multipart });
		expect(found.body).toMatchObject({ message: "Room filter successfully", inserted_id: opened.body.inserted_id });
		const numbers = await dowell.post("room-control", { user_id: 7, org_id, product_name, portfolio_name: 12 });
		expect(numbers.body.response).toMatchObject({ user_id: "7", portfolio_name: "12" });
	});

	it("with a file where a text belongs are refused", async () => {
		const form = new FormData();
		for (const [name, value] of Object.entries(fourFields())) form.set(name, value);
		form.set("user_id", new File(["x"], "x.txt"));
		expect((await dowell.raw("room-control/", { method: "POST", body: form })).status).toBe(400);
		const room = await openRoom();
		const picture = new FormData();
		for (const [name, value] of Object.entries(message(room))) picture.set(name, String(value));
		picture.set("message_data", new File(["x"], "x.png"));
		expect((await dowell.raw("room-service/", { method: "POST", body: picture })).status).toBe(400);
	});

	it.each([
		["{bad", JSON_TYPE, 400, /^JSON parse error - /],
		["\ufeff{bad", JSON_TYPE, 400, /^JSON parse error - /],
		[new Uint8Array([0x22, 0xff, 0x22]), JSON_TYPE, 400, /^JSON parse error - /],
		["[1]", JSON_TYPE, 400, /^Invalid data$/],
		["null", JSON_TYPE, 400, /^Invalid data$/],
		['"text"', JSON_TYPE, 400, /^Invalid data$/],
		["hello", { "Content-Type": "text/plain" }, 415, /^Unsupported media type "text\/plain" in request\.$/],
		["<a/>", { "Content-Type": "application/xml" }, 415, /^Unsupported media type /],
		["no boundary", { "Content-Type": "multipart/form-data" }, 400, /^Multipart form parse error - /],
		["%ff%00=&&&=%", FORM_TYPE, 400, /^(Invalid request type|Failed to create room|Invalid data)$/],
	])("that cannot be read are refused in JSON: %j %j", async (body, headers, status, text) => {
		for (const path of ["room-service/", "room-control/", "extension", "login", "openChatRoom", "create_master_link"]) {
			const answer = await dowell.raw(path, { method: "POST", headers, body });
			const isForm = headers === FORM_TYPE && path !== "room-service/";
			if (!isForm) expect(answer.status, path).toBe(status);
			expect(answer.body, path).toMatchObject({ success: false, message: expect.any(String) });
			if (!isForm) expect(answer.body.message).toMatch(text);
		}
	});

	it("of more than 2 MiB are refused unread, whatever they say of their length", async () => {
		const body = JSON.stringify(message("ffffffffffffffffffffffff", { message_data: "x".repeat(2 * MIB) }));
		const whole = await dowell.raw("room-service/", { method: "POST", headers: JSON_TYPE, body });
		expect(whole).toMatchObject({ status: 413, body: { success: false } });
		const stream = new Response(body).body;
		const chunked = await dowell.raw("room-service/", { method: "POST", headers: JSON_TYPE, body: stream });
		expect(chunked).toMatchObject({ status: 413, body: { success: false } });
	});

	it("without anything in them are no fields", async () => {
		const answer = await dowell.raw("room-control/", { method: "POST", headers: JSON_TYPE });
		expect(answer).toMatchObject({ status: 200, body: { success: false, message: "Failed to create room" } });
	});
});

describe("the edges of HTTP", () => {
	it("take the last of a repeated query key, as the mobile app needs it", async () => {
		const room = await openRoom();
		await dowell.post("room-service", message(room));
		const query = `type=get_room_by_id&room_id=${room}&type=get_messages&room_id%20=X`;
		const { body } = await dowell.raw(`room-service/?${query}`, {});
		expect(body.response).toMatchObject([{ message_data: "Hello" }]);
	});

	it.each(["PUT", "PATCH", "DELETE"])("refuse %s with the methods there are", async (method) => {
		for (const [path, allow] of [
			["room-service/", "GET, POST, HEAD, OPTIONS"],
			["room-list", "GET, HEAD, OPTIONS"],
			["get_QR_Id/x/", "POST, OPTIONS"],
			["", "GET, HEAD, OPTIONS"],
		] as const) {
			const answer = await dowell.raw(path, { method });
			expect(answer).toMatchObject({
				status: 405,
				body: { success: false, detail: `Method "${method}" not allowed.` },
			});
			expect(answer.headers.get("Allow")).toBe(allow);
		}
		expect((await dowell.raw("get_QR_Id/x", {})).status).toBe(405);
		expect((await dowell.raw("create_master_link", {})).status).toBe(405);
	});

	it("answer HEAD, unknown paths and odd segments in kind", async () => {
		const head = await request("/api/v2/", { method: "HEAD" });
		expect([head.status, await head.text()]).toEqual([200, ""]);
		expect(await (await request("/api/v2")).json()).toContain("server is !down");
		for (const path of ["nothing", "room-list/x", "publicroom/", "init/DOWELL12345/LOGOSCAN/a%2Fb/"])
			expect(await dowell.raw(path, {})).toMatchObject({ status: 404, body: { success: false } });
		expect(await dowell.raw("init/DOWELL12345/NOPE/u/", {})).toMatchObject({
			status: 400,
			body: { message: "Posting wrong data to API", error: { product_name: ['"NOPE" is not a valid choice.'] } },
		});
		for (const segment of ["%20", "%00", "%zz", "x".repeat(300)]) {
			const answer = await dowell.raw(`init/DOWELL12345/LOGOSCAN/${segment}/`, {});
			expect(answer.status === 200 || answer.body.success === false, segment).toBe(true);
			expect(answer.status, segment).toBeLessThan(500);
		}
	});

	it.each([
		["application/json", 200],
		["text/html,application/xhtml+xml,*/*;q=0.8", 200],
		["application/*; q=0.1", 200],
		["application/json; indent=4", 200],
		["", 200],
		["text/html", 406],
		["application/json;q=0, text/csv", 406],
		["application/xml", 406],
		["nonsense", 406],
	])("mind Accept: %j is %i", async (accept, status) => {
		const { status: actual, body } = await dowell.get("room-list", {}, { Accept: accept });
		expect(actual).toBe(status);
		expect(body.success).toBe(false);
	});

	it("let pages of any origin in", async () => {
		const origin = { Origin: "https://shop.example" };
		for (const path of ["room-service/", "nothing/here"]) {
			const answer = await dowell.raw(path, { headers: origin });
			expect(answer.headers.get("Access-Control-Allow-Origin"), path).toBe("*");
		}
		const preflight = await request("/api/v2/room-control/", { method: "OPTIONS", headers: origin });
		expect([preflight.status, await preflight.text()]).toEqual([200, ""]);
		expect(preflight.headers.get("Access-Control-Max-Age")).toBe("86400");
	});

	it("accept side in all its spellings, and store a boolean", async () => {
		const room = await openRoom();
		for (const side of ["true", "F", "on", 0, 1, "No", false])
			await dowell.post("room-service", message(room, { side }));
		expect((await messagesIn(room)).map(({ side }) => side)).toEqual([true, false, true, false, true, false, false]);
		for (const side of ["", "null", 2, "left"])
			expect(await dowell.post("room-service", message(room, { side }))).toMatchObject({
				status: 400,
				body: { errors: { side: ["Must be a valid boolean."] } },
			});
	});

	it("bound every text", async () => {
		const long = "x".repeat(201);
		expect(await dowell.post("room-control", fourFields({ user_id: long }))).toMatchObject({
			status: 200,
			body: { success: false, message: "Failed to create room", errors: { user_id: [expect.stringContaining("200")] } },
		});
		const room = await openRoom();
		expect((await dowell.post("room-service", message(room, { author: long }))).status).toBe(400);
		expect((await dowell.post("room-service", message(room, { author: "a\0b" }))).status).toBe(400);
		expect((await dowell.post("openChatRoom", { user_id: unique("u"), product_name: "PUBLIC_QR" })).body).toEqual({
			success: false,
			message: "Failed to create room",
		});
	});
});
