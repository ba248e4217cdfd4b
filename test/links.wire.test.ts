import { beforeAll, expect, it } from "vitest";
import { isObject } from "../src/wire/formats/tree.ts";
import { readCsv } from "../src/wire/formats/csv.ts";
import { readJsv } from "../src/wire/formats/jsv.ts";
import { address, Desk, number } from "./support/link-desk.ts";
import { ask, json } from "./support/wire.ts";
import seeds from "./vectors/seeds.json";

const { CustomerLinkCreateRequest: seed } = seeds;
let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

/** The members of a sample, by their paths. */
function members(sample: unknown, path = ""): string[] {
	const value: unknown = Array.isArray(sample) ? sample[0] : sample;
	if (!isObject(value)) return [];
	return Object.entries(value)
		.filter(([name]) => name !== "ResponseStatus")
		.flatMap(([name, member]) => [`${path}${name}`, ...members(member, `${path}${name}.`)]);
}

/** The sample of seed 001 with its placeholders replaced; its zeros stand for what is not set. */
function sample(values: Record<string, string> = {}): string {
	const filled = { ResourceType: "Chat", ResourceUid: desk.chatId, RecipientEmail: address(), ...values };
	return Object.entries({ RecipientPhone: number(), ...filled }).reduce(
		(text, [name, value]) => text.replace(new RegExp(`(?<=\\b${name}: )[^,\\n]*`), value),
		seed.request,
	);
}

it.each(["/v1/customerlink", "/api/CustomerLinkCreateRequest.jsv", "/jsv/reply/CustomerLinkCreateRequest"])(
	"takes seed 001's sample at %s and answers with every member that its sample has",
	async (path) => {
		const body = sample({ DeliverEmail: "True", DeliverSms: "True" });
		const headers = { "Content-Type": "text/jsv", Accept: "text/jsv" };
		const isPredefined = path.startsWith("/api");
		const answer = await ask(path, {
			as: desk.agent,
			headers: isPredefined ? { Accept: "text/jsv" } : headers,
			body: isPredefined ? JSON.stringify(readJsv(body)) : new TextEncoder().encode(body),
		});
		expect([answer.status, answer.type, answer.status === 200 ? "" : answer.text]).toEqual([200, "text/jsv", ""]);
		const read = readJsv(answer.text) as any;
		// JSV writes no nulls: a link that is not revoked has no date of it.
		const unset = ["TokenHash", "OtpChannel", "MaxViews", "RevokedAtUtc", "RevokedByUserId", "CreatedByAgentId"];
		const expected = members(readJsv(seed.response)).filter((name) => !unset.includes(name.replace("Link.", "")));
		expect(members(read)).toEqual(expect.arrayContaining(expected));
		expect(expected).toContain("Link.CustomerLinkUID");
		expect(read.Link).toMatchObject({
			ResourceUid: desk.chatId,
			DeliveryChannels: "Email",
			SmsConsentSnapshot: "False",
		});
		expect(read.DeliveryErrors).toEqual(["Sms:NoConsent"]);
	},
);

it("has every member of the sample in JSON, in either spelling", async () => {
	const wanted = members(readJsv(seed.response)).filter((name) => !name.includes("DeliveryErrors."));
	const body = JSON.stringify(readJsv(sample()));
	const headers = { "Content-Type": "application/json" };
	const pascal = json(await ask("/v1/customerlink", { as: desk.agent, headers, body }));
	expect(members(pascal)).toEqual(expect.arrayContaining(wanted));
	const camel = json(await ask("/v1/customerlink?jsconfig=eccn", { as: desk.agent, headers, body }));
	expect(camel.link).toMatchObject({ customerLinkUID: expect.any(String), tokenHash: null, tenantId: desk.tenant });
});

it("describes as GUIDs what is one", async () => {
	const { components } = json(await ask("/openapi.json"));
	const { properties } = components.schemas.CustomerLinkExtended;
	const { body } = await desk.ask();
	await desk.act(body.link, "revoke");
	const link = await desk.read(body.link);
	const described = Object.keys(properties).filter((name) => JSON.stringify(properties[name]).includes('"guid"'));
	expect(described).toEqual(["customerLinkUID", "resourceUid"]);
	for (const name of described) expect([name, link[name]]).toEqual([name, expect.stringMatching(/^[0-9a-f]{32}$/)]);
	expect(link).toMatchObject({ createdByUserId: desk.agent.userId, revokedByUserId: desk.agent.userId });
});

it("takes a form, and the query over the body", async () => {
	const form = new URLSearchParams({ resource_type: "Chat", RESOURCEUID: desk.chatId, recipientEmail: address() });
	const answer = json(await ask("/v1/customerlink?maxViews=4", { as: desk.agent, body: form }));
	expect(answer.link).toMatchObject({ maxViews: 4, status: "Active" });
});

it("lists as a table in CSV, line by line in JSONL, and as a page", async () => {
	const own = await Desk.found();
	const links = [await own.link(), await own.link()];
	const csv = await ask("/v1/customerlink.csv", { as: own.agent });
	const rows = readCsv(csv.text) as Record<string, string>[];
	expect([csv.type, rows.map((row) => row["CustomerLinkUID"])]).toEqual([
		"text/csv",
		[links[1].customerLinkUID, links[0].customerLinkUID],
	]);
	const lines = (await ask("/v1/customerlink.jsonl", { as: own.agent })).text.trim().split("\n");
	expect(lines.map((line) => JSON.parse(line).CustomerLinkUID)).toHaveLength(2);
	const listed = await ask("/json/reply/CustomerLinkListRequest", { as: own.agent });
	expect(json(listed).links).toHaveLength(2);
	const path = `/json/reply/CustomerLinkListRequest?ResourceType=Chat&ResourceUid=${own.chatId}`;
	expect(json(await ask(path, { as: own.agent })).links ?? json(await ask(path, { as: own.agent })).Links).toHaveLength(
		2,
	);
	const page = await ask("/v1/customerlink", { as: own.agent, headers: { Accept: "text/html" } });
	expect([page.status, page.type]).toEqual([200, "text/html; charset=utf-8"]);
	const audit = await ask(`/v1/customerlink/${links[0].customerLinkUID}/events.csv`, { as: own.agent });
	expect(audit.text.split("\r\n")[0] || audit.text.split("\n")[0]).toContain("N,Type,AtUtc,ActorType");
});

it("answers errors in the format that was asked for", async () => {
	const answer = await ask("/v1/customerlink", {
		as: desk.agent,
		headers: { "Content-Type": "text/jsv", Accept: "text/jsv" },
		body: new TextEncoder().encode(sample({ ExpiresInHours: "5000" })),
	});
	expect(answer.status).toBe(422);
	expect(readJsv(answer.text)).toMatchObject({
		ResponseStatus: { ErrorCode: "PolicyViolation", Errors: [{ FieldName: "ExpiresInHours" }] },
	});
});
