import { beforeAll, expect, it, vi } from "vitest";
import { readCsv } from "../src/wire/formats/csv.ts";
import { readJsonl } from "../src/wire/formats/jsonl.ts";
import { readJsv } from "../src/wire/formats/jsv.ts";
import { readXml } from "../src/wire/formats/xml.ts";
import { Person, unique } from "./support/client.ts";
import { ask, json } from "./support/wire.ts";

const types = {
	json: "application/json; charset=utf-8",
	jsv: "text/jsv",
	csv: "text/csv",
	xml: "application/xml",
	jsonl: "text/jsonl",
	html: "text/html; charset=utf-8",
};

let ada: Person;
/** A name that each format has to escape in a way of its own. */
const chatName = `A, "B" & <C> {d:[e]}\n${unique("f")}`;
let chatId: string;
let path: string;

beforeAll(async () => {
	ada = await Person.signIn();
	chatId = await ada.createChat([await Person.invent("Ben")], chatName);
	await ada.send(chatId, "Hello");
	path = `/v1/Chat?chatId=${chatId}`;
	await vi.waitFor(async () => expect(json(await ask(path, { as: ada })).chat[0].messageCount).toBe(1));
});

const suffixed = (suffix: string, query = "") => `/v1/Chat.${suffix}?chatId=${chatId}${query}`;

it("asks suffix, then ?format=, then Accept by its weights, then the request's own type, and falls back to JSON", async () => {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
	const cases: [address: string, headers: Record<string, string>, type: string][] = [
		[path, {}, types.json],
		...Object.entries(types).map(([name, type]): [string, Record<string, string>, string] => [
			suffixed(name),
			{},
			type,
		]),
		...Object.entries(types).map(([name, type]): [string, Record<string, string>, string] => [
			`${path}&format=${name.toUpperCase()}`,
			{},
			type,
		]),
		[suffixed("other"), {}, types.jsonl],
		[`${path}&format=other`, {}, types.jsonl],
		[`${path}&Format=csv.gz`, {}, types.csv],
		// Each before the next.
		[suffixed("CSV", "&format=xml"), { Accept: "text/jsv", "Content-Type": "text/jsonl" }, types.csv],
		[`${path}&format=xml`, { Accept: "text/jsv", "Content-Type": "text/jsonl" }, types.xml],
		[path, { Accept: "text/jsv", "Content-Type": "text/jsonl" }, types.jsv],
		[path, { Accept: "*/*", "Content-Type": "text/jsonl" }, types.jsonl],
		[path, { "Content-Type": "application/xml; charset=utf-8" }, types.xml],
		[path, { Accept: "", "Content-Type": "text/csv" }, types.csv],
		// A type of its own only where anything is accepted, and only one that is an answer's.
		[path, { Accept: "image/png", "Content-Type": "text/csv" }, types.json],
		[path, { Accept: "*/*", "Content-Type": "application/x-www-form-urlencoded" }, types.json],
		[path, { Accept: "*/*", "Content-Type": "text/html" }, types.json],
		// Each spelling of a type; the one that is asked for comes back.
		[path, { Accept: "application/jsv" }, "application/jsv"],
		[path, { Accept: "APPLICATION/JSV; charset=utf-8" }, "application/jsv"],
		[suffixed("jsv"), { Accept: "application/jsv" }, "application/jsv"],
		[path, { Accept: "text/xml" }, types.xml],
		[path, { Accept: "text/json" }, types.json],
		[path, { Accept: "application/vnd.acme.v2+json" }, types.json],
		[path, { Accept: "application/x-ndjson" }, types.jsonl],
		[path, { Accept: "application/xhtml+xml" }, types.html],
		// Weights.
		[path, { Accept: browser }, types.html],
		[path, { Accept: "text/csv;q=0.3, text/jsv;q=0.7, application/xml;q=0.5" }, types.jsv],
		[path, { Accept: "text/csv;q=0, application/xml;level=1;q=0.1" }, types.xml],
		[path, { Accept: "application/xml;q=0.1, */*;q=0.5", "Content-Type": "text/csv" }, types.csv],
		[path, { Accept: "text/csv;q=nonsense, text/jsv" }, types.jsv],
		[path, { Accept: "image/webp, text/csv" }, types.csv],
		// Never a 406.
		[path, { Accept: "application/pdf" }, types.json],
		[path, { Accept: "application/json;q=0" }, types.json],
		[path, { Accept: ";;,,q=1,/" }, types.json],
		[`${path}&format=pdf`, {}, types.json],
		[`${path}&format=__proto__`, { Accept: "text/csv" }, types.csv],
	];
	for (const [address, headers, type] of cases) {
		const answer = await ask(address, { as: ada, headers });
		expect([address, headers, answer.status, answer.type]).toEqual([address, headers, 200, type]);
		expect(answer.headers.get("Vary")).toBe("Accept");
		const disposition = type === types.csv ? "attachment;filename=ChatRequest.csv" : null;
		expect(answer.headers.get("Content-Disposition")).toBe(disposition);
	}
});

it("says the same in each format, spelled as its clients read it", async () => {
	const [chat] = json(await ask(path, { as: ada })).chat;
	expect(chat).toMatchObject({ chatId, chatName, messageCount: 1, isArchived: false });
	const text = async (format: keyof typeof types) => (await ask(suffixed(format), { as: ada })).text;

	// Pascal names, booleans and times of .NET, the null `lastActivityDate` of nobody.
	const jsv = await text("jsv");
	expect(jsv).toMatch(new RegExp(`^\\{Chat:\\[\\{ChatId:${chatId},ChatName:"A, ""B"" & <C> \\{d:\\[e\\]\\}\\n`));
	expect(jsv).toContain(`DateCreated:${chat.dateCreated.replace("Z", "0000Z").replace(".0000000Z", "Z")},`);
	expect(readJsv(jsv)).toMatchObject({
		Chat: [{ ChatId: chatId, ChatName: chatName, MessageCount: "1", IsArchived: "False", ChatMembers: [{}, {}] }],
	});

	const [row] = readCsv(await text("csv"));
	expect(row).toMatchObject({ ChatId: chatId, ChatName: chatName, MessageCount: "1", IsArchived: "False" });
	expect(readJsv(row?.["ChatMembers"] ?? "")).toMatchObject([{ ChatId: chatId, IsActive: "True" }, {}]);
	expect(Object.keys(row ?? {}).slice(0, 5)).toEqual(["ChatId", "ChatName", "CreatedBy", "DateCreated", "ChatMembers"]);

	const jsonl = await text("jsonl");
	expect(jsonl.endsWith("}\n")).toBe(true);
	expect(readJsonl(jsonl)).toEqual([expect.objectContaining({ ChatId: chatId, ChatName: chatName, MessageCount: 1 })]);

	const xml = await text("xml");
	expect(xml).toMatch(
		/^<\?xml version="1.0" encoding="utf-8"\?><ChatResponse xmlns:i="[^"]+" xmlns="[^"]+"><Chat><Chat><ChatId>/,
	);
	expect(readXml(xml)).toMatchObject({
		Chat: { Chat: { ChatId: chatId, ChatName: chatName, MessageCount: "1", ChatMembers: { ChatMember: [{}, {}] } } },
	});

	const html = await text("html");
	expect(html).toMatch(/^<!doctype html>.*<title>ChatRequest/s);
	expect(html).toContain("&#60;C&#62;");
	expect(html).not.toMatch(/<C>|<script|<style|style=/);

	// A table without rows has its header all the same; a list without elements is nothing.
	const none = `/v1/Chat.csv?isArchived=true&skip=100000`;
	expect((await ask(none, { as: ada })).text).toMatch(/^ChatId,ChatName,.*\r\n$/);
	expect((await ask(none.replace("csv", "jsonl"), { as: ada })).text).toBe("");
	// An answer without a table is one row of it all.
	const sent = await ask(`/v1/Chat/${chatId}/Messages.csv`, {
		as: ada,
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ body: "one row" }),
	});
	expect(sent.text).toMatch(/^Message,Duplicate\r\n"\{ChatMessageId:.*Body:one row,.*\}",False\r\n$/);
});

it("spells JSON as the request did, or as it is told to", async () => {
	const pascal = (text: string) => {
		const { Chat, ...rest } = JSON.parse(text);
		expect([Object.keys(rest), Chat[0].ChatName, Chat[0].ChatMembers[0].ChatId]).toEqual([[], chatName, chatId]);
	};
	const camel = (text: string) => {
		const { chat, ...rest } = JSON.parse(text);
		expect([Object.keys(rest), chat[0].chatName, chat[0].chatMembers[0].chatId]).toEqual([[], chatName, chatId]);
	};
	const put = (text: string, query = "") =>
		ask(`/v1/Chat/${chatId}${query}`, {
			as: ada,
			method: "PUT",
			headers: { "Content-Type": "application/json" },
			body: text,
		});
	pascal((await ask(`/v1/Chat?ChatId=${chatId}`, { as: ada })).text);
	pascal((await ask(`/v1/Chat?format=json&ChatId=${chatId}&take=1`, { as: ada })).text);
	pascal((await put('\n { "Chat": {} }')).text);
	pascal((await put('{"chat":{}}', "?jsconfig=EmitPascalCaseNames,pp")).text);
	pascal((await put("{}", "?Take=1")).text);
	pascal((await ask(`${path}&JsConfig=epcn`, { as: ada })).text);
	for (const config of ["tc:pc", "EPCN,edv"]) pascal((await ask(`${path}&jsconfig=${config}`, { as: ada })).text);
	camel((await ask(path, { as: ada })).text);
	camel((await put('{"chat":{}}')).text);
	camel((await put("{}")).text);
	for (const config of ["eccn", "EmitCamelCaseNames", "tc:cc"])
		camel((await put('{"Chat":{}}', `?jsconfig=${config}`)).text);
	camel((await ask(`/v1/Chat?ChatId=${chatId}&jsconfig=eccn`, { as: ada })).text);
	camel((await ask(`${path}&jsconfig=nonsense`, { as: ada })).text);
	// Other formats have a spelling of their own, which only the switch changes.
	expect((await ask(`${path}&format=jsv&jsconfig=eccn`, { as: ada })).text).toMatch(/^\{chat:\[\{chatId:/);
	expect((await ask(`${path}&format=jsonl&jsconfig=eccn`, { as: ada })).text).toMatch(/^\{"chatId":/);
	expect((await ask(`${path}&format=jsv`, { as: ada })).text).toMatch(/^\{Chat:\[\{ChatId:/);
});

it("finds a route whatever the case of its literals, with a slash at its end, and keeps its parameters as they are", async () => {
	for (const address of [
		`/V1/CHAT?CHATID=${chatId}`,
		`/v1/chat/?chatid=${chatId}`,
		`/v1/Chat/?chat_id=${chatId}`,
		`/v1/chat.JSON?chat_Id=${chatId}`,
	]) {
		const answer = await ask(address, { as: ada });
		expect([address, answer.status]).toEqual([address, 200]);
		expect(answer.text).toContain(chatId);
	}
	expect((await ask(`/V1/chat/${chatId.toUpperCase()}/MESSAGES.csv`, { as: ada })).text).toMatch(/^ChatMessageId,/);
	// A suffix that names no format is part of the parameter; one that does is not.
	const unknown = await ask(`/v1/Chat/${chatId}.pdf`, { as: ada, method: "PUT" });
	expect([unknown.status, json(unknown).responseStatus.errors[0].fieldName]).toEqual([400, "ChatId"]);
	const known = await ask(`/v1/Chat/${chatId}.jsv`, { as: ada, method: "PUT" });
	expect([known.status, known.type]).toEqual([200, types.jsv]);
	for (const address of ["/v1/Chat.pdf", "/v1/Chat.", "/v1/.csv", "/v1//Chat", "/v1/Chat//"])
		expect([address, (await ask(address, { as: ada })).status]).toEqual([address, 404]);
	const wrong = await ask("/V1/chat.csv/", { as: ada, method: "DELETE" });
	expect([wrong.status, wrong.headers.get("Allow")]).toEqual([405, "GET, POST, HEAD, OPTIONS"]);
});

it("answers HEAD with what GET would say of its answer, and takes a method from a header on POST", async () => {
	for (const format of ["json", "csv", "xml"] as const) {
		const head = await ask(suffixed(format), { as: ada, method: "HEAD" });
		expect([head.status, head.type, head.text]).toEqual([200, types[format], ""]);
	}
	const override = (method: string, address: string, body = "{}", type = "application/json") =>
		ask(address, {
			as: ada,
			method: "POST",
			headers: { "X-Http-Method-Override": method, "Content-Type": type },
			body,
		});
	const name = unique("overridden");
	const put = await override("put", `/v1/Chat/${chatId}`, JSON.stringify({ chat: { chatName: name } }));
	expect([put.status, json(put).chat[0].chatName]).toEqual([200, name]);
	const get = await override("GET", `${path}&format=csv`, "a=b", "application/x-www-form-urlencoded");
	expect([get.status, readCsv(get.text)[0]?.["ChatName"]]).toEqual([200, name]);
	const { chatMessageId } = await ada.send(chatId, "Gone soon");
	const removed = await override("Delete", `/v1/Chat/${chatId}/Messages/${chatMessageId}`, "not read");
	expect(json(removed).message).toMatchObject({ chatMessageId, isDeleted: true });
	// Only POST is overridden, and only by a method there is.
	const reading = await ask(path, { as: ada, headers: { "X-Http-Method-Override": "PUT" } });
	expect(reading.status).toBe(200);
	for (const method of ["", "CONNECT", "TRACE", "get out"]) {
		const answer = await override(method, "/v1/Chat", JSON.stringify({ chat: { chatName: unique("posted") } }));
		expect([method, answer.status, json(answer).chat[0].memberCount]).toEqual([method, 200, 1]);
	}
	await override("put", `/v1/Chat/${chatId}`, JSON.stringify({ chat: { chatName } }));
});
