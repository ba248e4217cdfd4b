import { beforeAll, expect, it, vi } from "vitest";
import { readCsv } from "../src/wire/formats/csv.ts";
import { readJsv } from "../src/wire/formats/jsv.ts";
import { readXml } from "../src/wire/formats/xml.ts";
import { Person, unique } from "./support/client.ts";
import { askWith } from "./support/tokens.ts";
import { ask, json, type Ask } from "./support/wire.ts";

let ada: Person;
let chatId: string;

beforeAll(async () => {
	ada = await Person.signIn();
	chatId = await ada.createChat();
	await ada.send(chatId, "one");
	await vi.waitFor(async () =>
		expect(json(await call(`/api/ChatRequest?chatId=${chatId}`)).chat[0].messageCount).toBe(1),
	);
});

function call(address: string, init: Ask = {}) {
	return ask(address, { as: ada, ...init });
}

/** A POST of JSON under whatever type. */
function post(address: string, value: unknown, type = "application/json") {
	const body = new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
	return call(address, { body, headers: { "Content-Type": type } });
}

it("runs an operation by its name, in the format of the route and whatever Accept says", async () => {
	for (const [address, type] of [
		[`/api/ChatRequest?chatId=${chatId}`, "application/json; charset=utf-8"],
		[`/API/chatrequest/?CHATID=${chatId}`, "application/json; charset=utf-8"],
		[`/api/ChatRequest.csv?chatId=${chatId}`, "text/csv"],
		[`/api/ChatRequest.other?chatId=${chatId}`, "text/jsonl"],
		[`/api/ChatRequest?format=xml&chatId=${chatId}`, "application/xml"],
		[`/json/reply/ChatRequest?chatId=${chatId}`, "application/json; charset=utf-8"],
		[`/jsv/reply/ChatRequest?chatId=${chatId}`, "text/jsv"],
		[`/JSV/Reply/chatRequest?chatId=${chatId}`, "text/jsv"],
		[`/xml/reply/ChatRequest?chatId=${chatId}`, "application/xml"],
		[`/csv/reply/ChatRequest?chatId=${chatId}`, "text/csv"],
		[`/jsonl/reply/ChatRequest?chatId=${chatId}`, "text/jsonl"],
		[`/html/reply/ChatRequest?chatId=${chatId}`, "text/html; charset=utf-8"],
		[`/jsv/reply/ChatRequest.xml?chatId=${chatId}`, "application/xml"],
		[`/jsv/reply/ChatRequest?format=csv&chatId=${chatId}`, "text/csv"],
	] as const) {
		const answer = await call(address, { headers: { Accept: "text/html, image/png" } });
		expect([address, answer.status, answer.type, answer.headers.get("Vary")]).toEqual([address, 200, type, "Accept"]);
		expect(answer.text).toContain(chatId);
		expect(answer.headers.get("X-Request-Id")).toMatch(/^[\w-]{36}$/);
	}
	const head = await call(`/api/ChatRequest.jsv?chatId=${chatId}`, { method: "HEAD" });
	expect([head.status, head.type, head.text]).toEqual([200, "text/jsv", ""]);
	expect(json(await call(`/api/ChatRequest?ChatId=${chatId}`)).Chat[0].ChatId).toBe(chatId);
	// With what stands in the path of the operation's own route among its members.
	const history = json(await call(`/api/ChatMessagesRequest?chat_id=${chatId}&take=1`));
	expect(history.messages).toMatchObject([{ body: "one" }]);
	expect(json(await post("/json/reply/ChatMessagesRequest", { ChatId: chatId, Take: 1 })).Messages).toHaveLength(1);
	const name = unique("renamed");
	const put = await call("/api/ChatRequest", {
		method: "PUT",
		body: JSON.stringify({ chatId, chat: { chatName: name } }),
	});
	expect(json(put).chat[0]).toMatchObject({ chatId, chatName: name });
});

it("reads a body in the format of the route, forms aside, and lets it go over the query", async () => {
	const nameOf = async (answer: ReturnType<typeof post>) => json(await answer).chat[0].chatName;
	const name = unique("posted");
	expect(await nameOf(post("/api/ChatRequest", { chat: { chatName: name } }, "text/plain;charset=UTF-8"))).toBe(name);
	expect(await nameOf(post("/api/ChatRequest", { chat: { chatName: name } }, ""))).toBe(name);
	expect(await nameOf(post("/html/reply/ChatRequest?format=json", { chat: { chatName: name } }, "text/html"))).toBe(
		name,
	);
	const jsv = await post("/jsv/reply/ChatRequest", `{Chat:{ChatName:${name}}}`, "application/json");
	expect(readJsv(jsv.text)).toMatchObject({ Chat: [{ ChatName: name }] });
	const xml = await post(
		"/xml/reply/ChatRequest",
		`<ChatRequest><Chat><ChatMembers><ChatMember><UserId>xena</UserId></ChatMember></ChatMembers><ChatName>${name}</ChatName></Chat></ChatRequest>`,
	);
	expect(readXml(xml.text)).toMatchObject({ Chat: { Chat: { ChatName: name, MemberCount: "2" } } });
	const csv = await post("/csv/reply/ChatRequest", `Chat\r\n"{ChatName:${name},ChatMembers:[{UserId:carl}]}"`);
	expect(readCsv(csv.text)).toMatchObject([{ ChatName: name, MemberCount: "2" }]);
	const jsonl = await post("/jsonl/reply/ChatRequest", { Chat: { ChatName: name } });
	expect(jsonl.text).toMatch(/^\{.*\}\n$/);
	expect(JSON.parse(jsonl.text)).toMatchObject({ ChatName: name });
	const form = new FormData();
	form.append("body", "from a form");
	form.append("file", new File(["abc"], "a.txt"));
	const sent = json(await call(`/api/ChatMessageSendRequest?chatId=${chatId}&messageType=Note`, { body: form }));
	expect(sent.message).toMatchObject({ chatId, body: "from a form", messageType: "Note" });
	const encoded = new URLSearchParams({ ChatId: chatId, Body: "a=b&c" });
	expect(json(await call("/jsv/reply/ChatMessageSendRequest?format=json", { body: encoded })).Message.Body).toBe(
		"a=b&c",
	);
	const both = { body: "of the body", messageType: null, unknown: 1 };
	const merged = await post(`/api/ChatMessageSendRequest?chatId=${chatId}&BODY=of+the+query`, both);
	expect(json(merged).message).toMatchObject({ body: "of the body", messageType: "Text" });
});

it("answers a one-way call with nothing, unless it fails", async () => {
	for (const format of ["json", "jsv", "xml"]) {
		const text = unique("one way");
		const body =
			{
				json: JSON.stringify({ chatId, body: text }),
				jsv: `{ChatId:${chatId},Body:${text}}`,
				xml: `<a><ChatId>${chatId}</ChatId><Body>${text}</Body></a>`,
			}[format] ?? "";
		const sent = await post(`/${format}/oneway/ChatMessageSendRequest`, body);
		expect([format, sent.status, sent.text, sent.type]).toEqual([format, 204, "", null]);
		const [last] = json(await call(`/v1/Chat/${chatId}/Messages?take=1`)).messages;
		expect(last.body).toBe(text);
	}
	const failed = await post("/jsv/oneway/ChatMessageSendRequest", "{Body:nowhere}");
	expect([failed.status, failed.type]).toEqual([400, "text/jsv"]);
	const batch = await post("/json/oneway/ChatMessageSendRequest[]", [
		{ chatId, body: "a" },
		{ chatId, body: "b" },
	]);
	expect([batch.status, batch.text, batch.headers.get("X-AutoBatch-Completed")]).toEqual([204, "", "2"]);
});

it("runs a batch in order and stops at the first that fails", async () => {
	const batch = unique("batch");
	const items = ["a", "b", "c"].map((name) => ({ chatId, body: `${batch} ${name}` }));
	for (const address of [
		"/api/ChatMessageSendRequest[]",
		"/api/chatmessagesendrequest%5B%5D",
		"/json/reply/ChatMessageSendRequest%5b%5d",
	]) {
		const answer = await post(address, items);
		expect([answer.status, answer.headers.get("X-AutoBatch-Completed")]).toEqual([200, "3"]);
		expect(json(answer).map((one: any) => one.message.body)).toEqual(items.map(({ body }) => body)); // oxlint-disable-line typescript/no-explicit-any -- tests read what the wire says
	}
	const before = json(await call(`/v1/Chat/${chatId}/Messages?take=1`)).messages[0].index;
	const failing = [items[0], items[1], { chatId, body: "" }, items[2]];
	const failed = await post("/api/ChatMessageSendRequest[]", failing);
	expect([failed.status, failed.headers.get("X-AutoBatch-Completed")]).toEqual([400, "2"]);
	expect(json(failed)).toEqual({
		responseStatus: {
			errorCode: "NotEmpty",
			message: "'Body' must not be empty.",
			errors: [{ errorCode: "NotEmpty", fieldName: "Body", message: "'Body' must not be empty." }],
			meta: { AutoBatchIndex: "2" },
		},
	});
	// What came before it happened, what came after it did not.
	expect(json(await call(`/v1/Chat/${chatId}/Messages?take=1`)).messages[0]).toMatchObject({
		index: before + 2,
		body: `${batch} b`,
	});

	const empty = await post("/api/ChatMessageSendRequest[]", []);
	expect([empty.status, empty.text, empty.headers.get("X-AutoBatch-Completed")]).toEqual([200, "[]", "0"]);
	expect((await call("/api/ChatMessageSendRequest[]", { method: "POST" })).text).toBe("[]");
	const mixed = await post("/api/ChatRequest[]", [{ Chat: { ChatName: batch } }, null, {}]);
	expect(json(mixed).map((one: object) => Object.keys(one))).toEqual([["Chat"], ["Chat"], ["Chat"]]);
	for (const [format, body] of Object.entries({
		jsv: `[{ChatId:${chatId},Body:x},{ChatId:${chatId},Body:y}]`,
		csv: `ChatId,Body\r\n${chatId},x\r\n${chatId},y\r\n`,
		jsonl: `{"ChatId":"${chatId}","Body":"x"}\n{"ChatId":"${chatId}","Body":"y"}\n`,
		xml: `<A><B><ChatId>${chatId}</ChatId><Body>x</Body></B><B><ChatId>${chatId}</ChatId><Body>y</Body></B></A>`,
	})) {
		const answer = await post(`/${format}/reply/ChatMessageSendRequest[]`, body);
		expect([format, answer.status, answer.headers.get("X-AutoBatch-Completed")]).toEqual([format, 200, "2"]);
		expect(answer.text.match(/Body\W+[xy]\b/g)).toHaveLength(2);
	}
	for (const body of [{ chatId, body: "no list" }, "5", '"text"', [5], ["text"], [[]], [{ chatId, body: "fine" }, 5]]) {
		const refused = await post("/api/ChatMessageSendRequest[]", body);
		expect([body, refused.status, json(refused).responseStatus.errorCode]).toEqual([
			body,
			400,
			"SerializationException",
		]);
	}
	const many = await post(
		"/api/ChatMessagesRequest[]",
		Array.from({ length: 101 }, () => ({ chatId })),
	);
	expect([many.status, json(many).responseStatus.message]).toEqual([400, "A batch holds at most 100 requests."]);
	// Whose credential is wrong learns so from the first item.
	const anonymous = await ask("/api/ChatMessageSendRequest[]", { body: JSON.stringify(items) });
	expect([anonymous.status, anonymous.headers.get("X-AutoBatch-Completed")]).toEqual([401, "0"]);
	expect(anonymous.headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
	expect(json(anonymous).responseStatus).toMatchObject({ errorCode: "Unauthorized", meta: { AutoBatchIndex: "0" } });
});

it("says what is wrong with a call: the operation, the method, a member of its path, the text", async () => {
	for (const [address, status, code] of [
		["/api/Nonsense", 404, "NotFound"],
		["/api/Nonsense.csv", 404, "NotFound"],
		["/api/__proto__", 404, "NotFound"],
		["/api/[]", 404, "NotFound"],
		["/jsv/reply/Nonsense[]", 404, "NotFound"],
		["/pdf/reply/ChatRequest", 404, "NotFound"],
		["/json/replay/ChatRequest", 404, "NotFound"],
		["/jsonx/reply/ChatRequest", 404, "NotFound"],
		["/api/ChatMessagesRequest", 400, "NotEmpty"],
		[`/api/ChatMessagesRequest?chatId=${"0".repeat(32)}`, 400, "NotEmpty"],
		["/api/ChatMessagesRequest?chatId=..", 404, "NotFound"],
		["/api/ChatMessagesRequest?chatId=a%2Fb", 400, "RegularExpression"],
		["/api/ChatRequest?take=x", 400, "SerializationException"],
	] as const) {
		const answer = await call(address);
		expect([address, answer.status, answer.text.includes(code)]).toEqual([address, status, true]);
	}
	expect((await call("/api/Nonsense.csv")).type).toBe("text/csv");
	expect((await call("/xml/reply/Nonsense")).type).toBe("application/xml");
	const [error] = json(await call("/api/ChatMessagesRequest")).responseStatus.errors;
	expect(error).toEqual({ errorCode: "NotEmpty", fieldName: "ChatId", message: "'Chat Id' must not be empty." });
	// GET and HEAD change nothing, and no verb does the work of another; POST is how clients send what is no GET.
	const send = `/api/ChatMessageSendRequest?chatId=${chatId}&body=by+mistake`;
	for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
		const refused = await call(send, { method });
		expect([method, refused.status, refused.headers.get("Allow")]).toEqual([method, 405, "POST, OPTIONS"]);
	}
	expect((await call(`/api/ChatRequest?chatId=${chatId}`, { method: "DELETE" })).status).toBe(405);
	for (const body of [
		"{",
		"[]",
		"5",
		'"text"',
		`{"a":${"[".repeat(100)}${"]".repeat(100)}}`,
		"[".repeat(1024 * 1024),
	]) {
		const refused = await post("/api/ChatRequest", body);
		expect([body.slice(0, 9), refused.status, json(refused).responseStatus.errorCode]).toEqual([
			body.slice(0, 9),
			400,
			"SerializationException",
		]);
	}
	for (const body of [new URLSearchParams({ chatId }), new FormData()]) {
		const refused = await ask("/api/ChatRequest[]", { as: ada, body });
		expect([refused.status, json(refused).responseStatus.message]).toEqual([400, "A batch is a list of requests."]);
	}
	expect((await post("/api/ChatRequest", " ".repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
	for (const text of ["", " ", "null"])
		expect([text, (await post("/api/ChatRequest", text)).status]).toEqual([text, 200]);
});

it("lets pages of the origins that are named call with credentials, and read what a batch came to", async () => {
	const named = { CORS_ORIGINS: "https://desk.acme.test, https://app.acme.test" };
	const Origin = "https://app.acme.test";
	const body = [{ chatId, body: "from a page" }];
	for (const path of ["/api/ChatMessageSendRequest[]", "/json/reply/ChatMessageSendRequest[]"]) {
		const preflight = await askWith(named, path, {
			method: "OPTIONS",
			headers: {
				Origin,
				"Access-Control-Request-Method": "POST",
				"Access-Control-Request-Headers": "authorization,content-type,x-http-method-override",
			},
		});
		expect([path, preflight.status]).toEqual([path, 204]);
		const allowed = preflight.headers.get("Access-Control-Allow-Headers")?.split(",");
		for (const header of ["Content-Type", "Authorization", "X-Api-Key", "X-Http-Method-Override", "Accept"])
			expect(allowed).toContain(header);
		const methods = preflight.headers.get("Access-Control-Allow-Methods")?.split(",");
		expect(methods?.toSorted()).toEqual(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
		expect(preflight.headers.get("Access-Control-Max-Age")).toBe("600");
		const answer = await askWith(named, path, { method: "POST", headers: { ...ada.headers, Origin }, body });
		for (const { headers } of [preflight, answer]) {
			expect(headers.get("Access-Control-Allow-Origin")).toBe(Origin);
			expect(headers.get("Access-Control-Allow-Credentials")).toBe("true");
			expect(headers.get("Vary")).toContain("Origin");
		}
		expect(answer.headers.get("Vary")?.split(", ").toSorted()).toEqual(["Accept", "Origin"]);
		expect(answer.headers.get("X-AutoBatch-Completed")).toBe("1");
		const exposed = answer.headers.get("Access-Control-Expose-Headers")?.split(",");
		for (const header of ["X-AutoBatch-Completed", "Retry-After", "WWW-Authenticate"])
			expect(exposed).toContain(header);
		const stranger = await askWith(named, path, { method: "POST", headers: { Origin: "https://evil.test" }, body });
		expect([stranger.status, stranger.headers.get("Access-Control-Allow-Origin")]).toEqual([401, null]);
	}
});
