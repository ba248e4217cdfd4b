import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { beforeAll, expect, it, vi } from "vitest";
import { app } from "../src/app.ts";
import { orFail, respondWithStatus } from "../src/http/failure.ts";
import type { FoyerEnv } from "../src/http/foyer-env.ts";
import { readCsv } from "../src/wire/formats/csv.ts";
import { readJsonl } from "../src/wire/formats/jsonl.ts";
import { readJsv } from "../src/wire/formats/jsv.ts";
import { readXml } from "../src/wire/formats/xml.ts";
import { encoded } from "../src/wire/wire.ts";
import { Person } from "./support/client.ts";
import { ask, json, type Text } from "./support/wire.ts";

/** How a client of each format reads the status of an answer. */
const formats: Record<string, { type: string; statusOf: (text: string) => unknown }> = {
	json: { type: "application/json; charset=utf-8", statusOf: (text) => JSON.parse(text).responseStatus },
	jsv: { type: "text/jsv", statusOf: (text) => member(readJsv(text), "ResponseStatus") },
	csv: { type: "text/csv", statusOf: (text) => readJsv(readCsv(text)[0]?.["ResponseStatus"] ?? "") },
	xml: { type: "application/xml", statusOf: (text) => member(readXml(text), "ResponseStatus") },
	jsonl: { type: "text/jsonl", statusOf: (text) => member(readJsonl(text)[0], "ResponseStatus") },
	html: { type: "text/html; charset=utf-8", statusOf: (text) => JSON.parse(jsonIn(text)).responseStatus },
};

function member(value: unknown, name: string): unknown {
	return (value as Record<string, unknown>)[name];
}

function jsonIn(page: string): string {
	const text = /<pre>(.*)<\/pre>/s.exec(page)?.[1] ?? "";
	return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

let ada: Person;
let manager: Person;
let chatId: string;
beforeAll(async () => {
	ada = await Person.signIn();
	manager = await Person.signIn("Manager");
	chatId = await ada.createChat();
});

/** A room's refusal that says when to come back; over HTTP only the visitor dialect, which has answers of its own, meets it today. */
const limited = new Hono<FoyerEnv>()
	.use(encoded)
	.get("/limited", (c) => {
		orFail({ ok: false, code: "RateLimited", message: "Too many messages.", retryAfterMs: 1500 });
		return c.text("not reached");
	})
	.onError(respondWithStatus);

/** Asks as `ask` does, of another app or of a Worker that cannot reach its rooms. */
async function askOf(part: Hono<FoyerEnv>, address: string, headers: Record<string, string> = {}): Promise<Text> {
	const request = new Request(`https://foyer.test${address}`, { headers });
	const response = await part.fetch(request, { ...env, ROOMS: undefined });
	return {
		status: response.status,
		type: response.headers.get("Content-Type"),
		headers: response.headers,
		text: await response.text(),
	};
}

type Cause = [
	code: string,
	status: number,
	header: [string, RegExp] | undefined,
	call: (query: string) => Promise<Text>,
];

it("tells every failure in every format, with its status and what goes along", async () => {
	vi.spyOn(console, "error").mockImplementation(() => {});
	const typed = { "Content-Type": "application/json" };
	const causes: Cause[] = [
		["Unauthorized", 401, ["WWW-Authenticate", /^Bearer realm=/], (query) => ask(`/v1/Chat?${query}`)],
		["Forbidden", 403, undefined, (query) => ask(`/v1/Chat?${query}`, { as: manager })],
		["NotFound", 404, undefined, (query) => ask(`/v1/Chat?chatid=${"a".repeat(32)}&${query}`, { as: ada })],
		["NotFound", 404, undefined, (query) => ask(`/v1/nowhere?${query}`)],
		[
			"MethodNotAllowed",
			405,
			["Allow", /^GET, POST, HEAD, OPTIONS$/],
			(query) => ask(`/v1/Chat?${query}`, { method: "PATCH" }),
		],
		["GreaterThanOrEqual", 400, undefined, (query) => ask(`/v1/Chat?take=-1&${query}`, { as: ada })],
		["SerializationException", 400, undefined, (query) => ask(`/v1/Chat?take=x&${query}`, { as: ada })],
		[
			"SerializationException",
			400,
			undefined,
			(query) => ask(`/v1/Chat?${query}`, { as: ada, headers: typed, body: "{" }),
		],
		[
			"BodyTooLarge",
			413,
			undefined,
			(query) => ask(`/v1/Chat?${query}`, { as: ada, headers: typed, body: " ".repeat(2 * 1024 * 1024 + 1) }),
		],
		[
			"UnsupportedMediaType",
			415,
			undefined,
			(query) => ask(`/v1/Chat?${query}`, { as: ada, headers: { "Content-Type": "image/png" }, body: "{}" }),
		],
		["RateLimited", 429, ["Retry-After", /^2$/], (query) => askOf(limited, `/limited?${query}`)],
		["InternalServerError", 500, undefined, (query) => askOf(app, `/v1/Chat/${chatId}/Messages?${query}`, ada.headers)],
	];
	for (const [code, status, header, call] of causes)
		for (const [format, { type, statusOf }] of Object.entries(formats)) {
			const answer = await call(`format=${format}`);
			expect([code, format, answer.status, answer.type]).toEqual([code, format, status, type]);
			if (header) expect([code, answer.headers.get(header[0])]).toEqual([code, expect.stringMatching(header[1])]);
			// A download would hide it.
			expect(answer.headers.has("Content-Disposition")).toBe(false);
			const told = statusOf(answer.text) as Record<string, string>;
			expect([format, told["errorCode"] ?? told["ErrorCode"]]).toEqual([format, code]);
			expect(told["message"] ?? told["Message"]).toMatch(/\w{3}/);
			expect(Object.keys(told)[0]).toBe(["json", "html"].includes(format) ? "errorCode" : "ErrorCode");
			expect(answer.text).not.toMatch(/TypeError|StackTrace|\.ts:/i);
		}
});

it("names each field that is wrong, spelled for who asks", async () => {
	const body = JSON.stringify({ Chat: { ChatMembers: [{}, { UserId: "" }], ChatName: 5 } });
	const headers = { "Content-Type": "application/json" };
	const mirrored = json(await ask("/v1/Chat", { as: ada, headers, body }));
	const error = {
		ErrorCode: "NotEmpty",
		FieldName: "Chat.ChatMembers[1].UserId",
		Message: "'User Id' must not be empty.",
	};
	expect(Object.keys(mirrored)).toEqual(["ResponseStatus"]);
	expect(mirrored.ResponseStatus.Errors).toContainEqual(error);
	const jsv = await ask("/v1/Chat.jsv", { as: ada, headers, body });
	expect(member(readJsv(jsv.text), "ResponseStatus")).toMatchObject({ Errors: expect.arrayContaining([error]) });
	// Who writes camel case, or nothing that tells, reads camel case.
	for (const [address, text] of [
		["/v1/Chat", body.replace('"Chat"', '"chat"')],
		["/v1/Chat?jsconfig=eccn", body],
	] as const)
		expect(json(await ask(address, { as: ada, headers, body: text })).responseStatus.errors).toContainEqual({
			errorCode: error.ErrorCode,
			fieldName: error.FieldName,
			message: error.Message,
		});
	expect(json(await ask("/v1/Chat", { as: ada, headers, body: "{" })).responseStatus.errors).toEqual([]);
});
