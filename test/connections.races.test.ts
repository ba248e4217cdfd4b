import { beforeAll, expect, it } from "vitest";
import { type Answer, unique } from "./support/client.ts";
import { act, ask, Circle, type Pair } from "./support/circle.ts";

let circle: Circle;
beforeAll(async () => {
	circle = await Circle.found();
});

const typesOf = async (connection: { id: string }): Promise<string[]> =>
	(await circle.history(connection)).map(({ type }) => type);
/** The answers of fifty calls at once, in the order they were made. */
const fifty = (call: (n: number) => Promise<Answer>) => Promise.all(Array.from({ length: 50 }, (_, n) => call(n)));
const isChange = ({ status, body }: Answer) => status === 200 && body.responseStatus === null;

it("lets exactly one of accept and cancel win: fifty calls on each of three requests", async () => {
	for (let round = 0; round < 2; round += 1) {
		const pairs = await Promise.all([circle.requested(), circle.requested(), circle.requested()]);
		const calls = pairs.map(async (pair) =>
			fifty((n) => (n % 2 === round % 2 ? act(pair, "accept", pair.asked) : act(pair, "cancel", pair.asks))),
		);
		const answers = await Promise.all(calls);
		expect(answers.flat().filter(isChange)).toHaveLength(3);
		for (const [index, pair] of pairs.entries()) {
			const own = answers[index] ?? [];
			const { status, version } = await circle.read(pair);
			expect(own.filter(isChange)).toHaveLength(1);
			expect(await typesOf(pair)).toEqual(["Requested", status]);
			expect(version).toBe(2);
			// Everybody else is told how it stands: the winner's side that it is so, the other that it is too late.
			const rest = own.filter((answer) => !isChange(answer));
			const done = rest.filter((answer) => answer.status === 200);
			const late = rest.filter((answer) => answer.status === 409);
			expect([done.length, late.length]).toEqual([24, 25]);
			for (const { body } of rest) expect(body.responseStatus.meta.currentStatus).toBe(status);
			for (const { body } of late) expect(body.responseStatus.errorCode).toBe("ConnectionNotPending");
		}
	}
});

it("connects whose requests cross, once", async () => {
	for (let round = 0; round < 2; round += 1) {
		const pairs = await Promise.all([circle.pair(), circle.pair(), circle.pair()]);
		const answers = await Promise.all(
			pairs.map(async (pair) => fifty((n) => ask(pair, n % 2 === 0 ? pair.asks : pair.asked))),
		);
		for (const own of answers) {
			expect(new Set(own.map(({ status }) => status))).toEqual(new Set([200]));
			const ids = new Set(own.map(({ body }) => body.connection.connectionId));
			expect(ids.size).toBe(1);
			const [id = ""] = ids;
			expect(await circle.read({ id })).toMatchObject({ status: "Accepted", version: 2 });
			expect(await typesOf({ id })).toEqual(["Requested", "Accepted"]);
			expect(own.filter(isChange)).toHaveLength(2);
		}
	}
});

it("numbers every change once, whatever comes at the same moment", async () => {
	const pair = await circle.requested();
	const actions = ["accept", "decline", "cancel", "remove", "block", "unblock"];
	const answers = await fifty((n) => act(pair, actions[n % actions.length] ?? "", n % 4 < 2 ? pair.asks : pair.asked));
	for (const { status } of answers) expect([200, 403, 409]).toContain(status);
	const { version, status } = await circle.read(pair);
	const history = await circle.history(pair);
	expect(history.map((event) => event.version)).toEqual(Array.from({ length: version }, (_, n) => n + 1));
	expect(history.at(-1).status).toBe(status);
	expect(answers.filter(isChange)).toHaveLength(version - 1);
});

it("never connects with whoever is deleted meanwhile, and never deletes who is asked", async () => {
	const pairs: Pair[] = await Promise.all(Array.from({ length: 12 }, async () => circle.pair()));
	await Promise.all(
		pairs.map(async (pair) => {
			const [asked, deleted] = await Promise.all([
				ask(pair),
				circle.manager.call("DELETE", `/v1/contact/${pair.asked.contactId}`),
			]);
			const contact = await circle.manager.call("GET", `/v1/contact/${pair.asked.contactId}`);
			if (deleted.status === 200) {
				expect([asked.status, contact.status]).toEqual([404, 404]);
				const { body } = await circle.manager.call("GET", `/api/connections?contactId=${pair.asks.contactUid}`);
				expect(body.connections).toEqual([]);
			} else {
				expect([deleted.status, deleted.body.responseStatus.errorCode]).toEqual([409, "InUse"]);
				expect([asked.status, contact.status]).toEqual([200, 200]);
			}
		}),
	);
});

it("never deletes a role or a type that a request takes at the same moment", async () => {
	await Promise.all(
		Array.from({ length: 12 }, async (_, n) => {
			const pair = await circle.pair();
			const { body } = await circle.manager.call("POST", "/api/contacttypes", { name: unique("type") });
			const { contactTypeId } = body.contactType;
			const doomed = n % 2 ? `/api/connectionroles/${pair.roleId}` : `/api/contacttypes/${contactTypeId}`;
			const [asked, deleted] = await Promise.all([
				ask({ ...pair, contactTypeId }),
				circle.manager.call("DELETE", doomed),
			]);
			expect([200, 409]).toContain(deleted.status);
			expect(asked.status).toBe(deleted.status === 200 ? 404 : 200);
		}),
	);
});

it("loses no change to a contact: fifty patches of two kinds at once", async () => {
	const { contactId } = await circle.contact();
	const path = `/v1/contact/${contactId}`;
	await circle.manager.call("PATCH", path, { phone: "+442079460958" });
	// More at once than one change has tries for: who lost all of them is told so, and nothing of it is half done.
	const numbers = ["+442079460001", "+442079460002", "+442079460003"];
	const answers = await fifty((n) =>
		circle.manager.call("PATCH", path, n % 2 ? { smsConsent: true } : { phone: numbers[n % 3] }),
	);
	for (const { status } of answers) expect([200, 409]).toContain(status);
	expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(3);
	const { contact } = (await circle.manager.call("GET", path)).body;
	const { history } = (await circle.manager.call("GET", `${path}/SmsConsent`)).body;
	// A consent holds for the number it was given for: the newest line is how it stands, and lines alternate per number.
	expect(history[0]).toMatchObject({ isGranted: contact.smsConsent });
	if (contact.smsConsent) expect(history[0].phone).toBe(contact.phone);
	for (const [index, line] of history.entries())
		expect(line.isGranted).not.toBe(history[index + 1]?.isGranted ?? false);
});
