import { expect, it } from "vitest";
import { isObject } from "../src/wire/formats/tree.ts";
import { readJsonl } from "../src/wire/formats/jsonl.ts";
import { readJsv } from "../src/wire/formats/jsv.ts";
import { Circle, guardOf } from "./support/circle.ts";
import { Person, unique } from "./support/client.ts";
import { ask, type Text } from "./support/wire.ts";
import seeds from "./vectors/seeds.json";

const types = { jsv: "text/jsv", jsonl: "text/jsonl" };
const readers = { jsv: readJsv, jsonl: (text: string) => readJsonl(text)[0] };

/** The members of a sample, by their paths, spelled as they are. What an answer leaves out when there is nothing to say is left out. */
function members(sample: unknown, path = ""): string[] {
	const value: unknown = Array.isArray(sample) ? sample[0] : sample;
	if (!isObject(value)) return [];
	return Object.entries(value)
		.filter(([name]) => name !== "ResponseStatus" && !path.endsWith("integrationData."))
		.flatMap(([name, member]) => [`${path}${name}`, ...members(member, `${path}${name}.`)]);
}

/** A sample of a page as the page prints it, sent and read in its own format. */
async function exchange(
	path: string,
	seed: { format: string; response: string },
	as: Person,
	body?: string,
	unset: readonly string[] = [],
): Promise<string> {
	const format = seed.format as keyof typeof types;
	const headers = { Accept: types[format], "Content-Type": types[format] };
	const answer: Text = await ask(path, {
		as,
		headers,
		...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
	});
	expect([path, answer.status, answer.type, answer.status === 200 ? "" : answer.text]).toEqual([
		path,
		200,
		types[format],
		"",
	]);
	const told = members(readers[format](answer.text));
	const wanted = members(readers[format](seed.response)).filter((member) => !unset.includes(member));
	expect(told).toEqual(expect.arrayContaining(wanted));
	return answer.text;
}

it("takes seed 000's sample as it is printed, and answers with all that its sample has", async () => {
	const ada = await Person.invent("Ada");
	const { ChatRequest: seed } = seeds;
	await exchange("/v1/Chat", seed, ada, seed.request);
	await exchange("/jsv/reply/ChatRequest", seed, ada, seed.request);
	await exchange("/v1/Chat", seed, ada, seed.request.replaceAll("\n", "").replace(/(?<=[:,]) /g, ""));
	await exchange("/v1/Chat", seed, ada);
	expect(members(readJsv(seed.response))).toContain("Chat.ChatMembers.LastChatMessageId");
	expect(members(readJsv(seeds.ListCustomers.response))).toHaveLength(127);
});

it("takes seed 001's sample with its placeholders replaced, and answers with all that its sample has", async () => {
	const ada = await Person.invent("Ada");
	const { CustomerLinkCreateRequest: seed } = seeds;
	const chatId = await ada.createChat();
	const filled = seed.request
		.replace("ResourceType: String", "ResourceType: Chat")
		.replace(/ResourceUid: 0+/, `ResourceUid: ${chatId}`)
		.replace("RecipientEmail: String", "RecipientEmail: guest@example.com")
		.replace("RecipientPhone: String", "RecipientPhone: +44 20 7946 0958");
	// Nobody's agent, no code, no bound, not revoked: JSON says null, JSV nothing.
	const unset = ["TokenHash", "OtpChannel", "CreatedByAgentId", "MaxViews", "RevokedAtUtc", "RevokedByUserId"];
	for (const path of ["/v1/customerlink", "/v1/customerlink.jsv", "/jsv/reply/CustomerLinkCreateRequest"]) {
		const { Link } = readJsv(
			await exchange(
				path,
				seed,
				ada,
				filled,
				unset.map((name) => `Link.${name}`),
			),
		) as any;
		expect(Link).toMatchObject({ ResourceUid: chatId, RecipientPhone: "+442079460958", Status: "Active" });
	}
	// As it is printed it names no type of ours, and says so of its address and its phone, too.
	const printed = await ask("/v1/customerlink", {
		as: ada,
		headers: { "Content-Type": "text/jsv", Accept: "text/jsv" },
		body: seed.request,
	});
	expect([printed.status, printed.text]).toEqual([400, expect.stringContaining("FieldName:RecipientEmail")]);
});

it("answers with all that seed 002's sample has", async () => {
	const mia = await Person.signIn("Manager", unique("seed"));
	const { body: account } = await mia.call("POST", "/accounts", { name: "Account" });
	const { body: tag } = await mia.call("POST", "/tags", { name: "Tag", color: "Magenta" });
	const { body: parent } = await mia.call("POST", "/customers", { name: "Parent", accountId: account.id });
	const items = [
		"base",
		"localNumbers",
		"tollFreeNumbers",
		"inboundVoiceCalls",
		"outboundVoiceCalls",
		"inboundFaxes",
		"outboundFaxes",
		"inboundSmsMessages",
		"outboundSmsMessages",
		"aiInsights",
		"aiLiveMinutes",
	];
	const rule = {
		id: "r",
		name: "Rule",
		priority: 1,
		state: "Open",
		source: "s",
		condition: "c",
		simpleRuleType: "Always",
		customerState: "x",
		flowId: "f",
		isAllDay: true,
		startDate: "2026-01-01",
		startTime: "08:00",
		endTime: "17:00",
		bySetPosition: [1],
		byMonth: [1],
		byWeekNo: [1],
		byYearDay: [1],
		byMonthDay: [1],
		byDay: [{ offset: 1, dayOfWeek: "Sunday" }],
		byHour: [8],
		byMinute: [0],
		interval: 1,
		count: 1,
		untilDate: "2027-01-01",
		frequency: "Yearly",
	};
	const whole = {
		name: "Whole",
		accountId: account.id,
		parentCustomerId: parent.id,
		referenceId: "R1",
		tagIds: [tag.id],
		schedule: { timeZoneId: "Europe/Berlin", rules: [rule], defaultState: "Closed" },
		integrationData: { crm: { thirdPartyId: "1" } },
		billingSettings: Object.fromEntries(items.map((item) => [item, { baseCost: 1 }])),
		appSettings: {
			chakraTheme: "t",
			customCss: "c",
			pageTitle: "p",
			stringMappings: "s",
			logoutUrl: "l",
			portMyNumberUrl: "p",
		},
	};
	const made = await mia.call("POST", "/customers", whole);
	expect([made.status, made.body]).toMatchObject([200, { name: "Whole" }]);
	await exchange(`/customers?nameFilter=Whole`, seeds.ListCustomers, mia);
	await exchange(`/customers.jsv?nameFilter=Whole`, seeds.ListCustomers, mia);
});

it("takes seed 003's sample with its placeholders replaced, and says which they are where they are not", async () => {
	const circle = await Circle.found();
	const { ConnectionStatusUpdate: seed } = seeds;
	for (const [action, suffix] of [
		["cancel", ""],
		["remove", ".other"],
	] as const) {
		const pair = await circle.pair();
		const { person } = pair.asks;
		const { body } = await person.call("POST", "/api/connections", {
			...guardOf(pair, pair.asks),
			toContactId: pair.asked.contactUid,
		});
		const { connectionId } = body.connection;
		if (action === "remove")
			await pair.asked.person.call("POST", `/api/connections/${connectionId}/accept`, guardOf(pair, pair.asked));
		const path = `/api/connections/${connectionId}/${action}${suffix}`;
		const unset = await ask(path, {
			as: person,
			headers: { "Content-Type": "text/jsonl", Accept: "text/jsonl" },
			body: seed.request,
		});
		expect([unset.status, unset.type, unset.text.match(/"FieldName":"\w+"/g)]).toEqual([
			400,
			"text/jsonl",
			["ContactId", "ContactTypeId", "RoleId"].map((name) => `"FieldName":"${name}"`),
		]);
		const ids: Record<string, string> = { ...guardOf(pair, pair.asks), connectionId };
		const filled = seed.request.replace(/"(\w+)":"[0-]+"/g, (_, name: string) => {
			const value = ids[`${name.charAt(0).toLowerCase()}${name.slice(1)}`];
			return `"${name}":"${value}"`;
		});
		expect(await exchange(path, seed, person, filled)).toBe('{"ResponseStatus":null}');
	}
});
