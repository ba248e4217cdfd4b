import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { Answer } from "./support/client.ts";
import { Desk } from "./support/link-desk.ts";
import { linked, outcome, pass, Recipient, wrong } from "./support/recipient.ts";
import { Socket } from "./support/socket.ts";

/** Calls at once, and sessions of a link. */
const CALLS = 50;
const SESSIONS = 20;

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

/** How often each outcome came. */
function tally(answers: readonly Answer[]): Record<string, number> {
	const outcomes = Map.groupBy(answers, outcome);
	return Object.fromEntries(Array.from(outcomes, ([name, of]) => [name, of.length]));
}

function times<T>(count: number, make: (place: number) => Promise<T>): Promise<T[]> {
	return Promise.all(Array.from({ length: count }, (_, place) => make(place)));
}

async function typesOf(link: { customerLinkUID: string }): Promise<string[]> {
	return (await desk.events(link)).events.map(({ type }: { type: string }) => type);
}

it("shows a link of three views to three of twenty sessions, of which each asks fifty times at once", async () => {
	const { link, recipient } = await linked(desk, { maxViews: 3 });
	const sessions = await times(SESSIONS, async () => {
		const one = new Recipient(recipient.token);
		expect((await one.open()).status).toBe(200);
		return one;
	});
	const answers = await Promise.all(sessions.map((one) => times(CALLS, () => one.view())));
	const shown = answers.map((of) => tally(of));
	expect(shown.filter((of) => of["200"] === CALLS)).toHaveLength(3);
	expect(shown.filter((of) => of["410 LinkExhausted"] === CALLS)).toHaveLength(SESSIONS - 3);
	expect((await desk.read(link)).viewCount).toBe(3);
	const types = await typesOf(link);
	expect(types.filter((type) => type === "Viewed")).toHaveLength(3);
	expect(await desk.events(link)).toMatchObject({ isIntact: true });
	// Again is free for those three, and nothing for the others.
	const later = await Promise.all(sessions.map((one) => one.view()));
	expect(tally(later)).toEqual({ "200": 3, "410 LinkExhausted": SESSIONS - 3 });
	expect((await desk.read(link)).viewCount).toBe(3);
}, 60_000);

it("lets one of fifty right codes in", async () => {
	const { link, recipient, email } = await linked(desk, await desk.ofTier("Sensitive"));
	await recipient.open();
	const code = await recipient.askForCode(email);
	const answers = await times(CALLS, () => recipient.call("otp/verify", { code }));
	expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
	for (const answer of answers) expect(["200", "401 OtpExpired", "401 SessionRequired"]).toContain(outcome(answer));
	const { results } = await env.DB.prepare(
		"SELECT level, ended_at FROM portal_session WHERE link_id = ? ORDER BY level",
	)
		.bind(link.customerLinkId)
		.all();
	expect(results).toEqual([
		{ level: 1, ended_at: expect.any(Number) },
		{ level: 2, ended_at: null },
	]);
	expect((await typesOf(link)).filter((type) => type === "OtpVerified")).toHaveLength(1);
});

it("burns a code with five of fifty wrong ones, and refuses the right one then", async () => {
	const { link, recipient, email } = await linked(desk, await desk.ofTier("Sensitive"));
	await recipient.open();
	const code = await recipient.askForCode(email);
	const answers = await times(CALLS, (place) => recipient.verify(wrong(code, place + 1)));
	expect(tally(answers)).toEqual({ "401 OtpInvalid": 5, "429 OtpAttemptsExceeded": 45 });
	const remaining = answers.flatMap(({ body }) => body.responseStatus.meta?.attemptsRemaining ?? []);
	expect(new Set(remaining)).toEqual(new Set(["0", "1", "2", "3", "4"]));
	expect(outcome(await recipient.verify(code))).toBe("429 OtpAttemptsExceeded");
	expect((await typesOf(link)).filter((type) => type === "OtpFailed")).toHaveLength(5);

	// A new code begins anew.
	await pass(link, 30_000);
	expect((await recipient.verify(await recipient.askForCode(email))).status).toBe(200);
});

it("locks a link with fifteen wrong codes of fifty in each of four sessions, and opens it when staff say so", async () => {
	const { link, recipient, email } = await linked(desk, await desk.ofTier("Sensitive"));
	const guesses: Answer[] = [];
	const verified = new Recipient(recipient.token);
	await verified.open();
	expect((await verified.verify(await verified.askForCode(email))).status).toBe(200);
	expect((await verified.view()).status).toBe(200);
	let right = "";
	const sessions: Recipient[] = [];
	for (let count = 0; count < 4; count += 1) {
		await pass(link, 30_000);
		const one = new Recipient(recipient.token);
		await one.open();
		right = await one.askForCode(email);
		sessions.push(one);
		if (count < 2) guesses.push(...(await times(CALLS, (place) => one.verify(wrong(right, place + 1)))));
	}
	expect(tally(guesses)).toEqual({ "401 OtpInvalid": 10, "429 OtpAttemptsExceeded": 90 });
	// The last two guess at once: five more are counted, the fifth of them locks.
	const [third, fourth] = sessions.slice(2) as [Recipient, Recipient];
	const last = await Promise.all([
		times(CALLS, (place) => third.verify(wrong(right, place + 1))),
		times(CALLS, (place) => fourth.verify(wrong(right, place + 1))),
	]);
	const counted = last.flat().filter((answer) => ["401 OtpInvalid", "423 LinkLocked"].includes(outcome(answer)));
	expect(tally(counted)["401 OtpInvalid"]).toBe(4);
	const { results } = await env.DB.prepare(
		"SELECT otp_failures, locked_at IS NOT NULL AS locked FROM link WHERE id = ?",
	)
		.bind(link.customerLinkId)
		.all();
	expect(results).toEqual([{ otp_failures: 15, locked: 1 }]);
	expect(outcome(await fourth.verify(right))).toBe("423 LinkLocked");
	expect(outcome(await fourth.call("otp"))).toBe("423 LinkLocked");
	expect(outcome(await verified.view())).toBe("423 LinkLocked");
	expect(outcome(await new Recipient(recipient.token).open())).toBe("423 LinkLocked");
	const types = await typesOf(link);
	expect(types.filter((type) => type === "OtpFailed")).toHaveLength(15);
	expect(types.filter((type) => type === "OtpLocked")).toHaveLength(1);

	expect((await desk.act(link, "unlock")).status).toBe(200);
	expect((await verified.view()).status).toBe(200);
	expect((await new Recipient(recipient.token).open()).status).toBe(200);
}, 60_000);

it("sends one of fifty codes that are asked for at once", async () => {
	const { link, recipient } = await linked(desk, await desk.ofTier("Sensitive"));
	const sessions = await times(3, async () => {
		const one = new Recipient(recipient.token);
		await one.open();
		return one;
	});
	const answers = await times(CALLS, (place) => (sessions[place % 3] as Recipient).call("otp"));
	expect(tally(answers)).toEqual({ "202": 1, "429 OtpSendTooSoon": CALLS - 1 });
	const { results } = await env.DB.prepare("SELECT kind FROM delivery WHERE link_id = ?")
		.bind(link.customerLinkId)
		.all();
	expect(results).toEqual([{ kind: "Code" }]);
});

it("lets nobody stay who comes in while the link is revoked", async () => {
	for (let round = 0; round < 5; round += 1) {
		const { link, recipient } = await linked(desk);
		const sessions = await times(10, async () => {
			const one = new Recipient(recipient.token);
			await one.open();
			return one;
		});
		const [revoked, ...views] = await Promise.all([desk.act(link, "revoke"), ...sessions.map((one) => one.view())]);
		expect(revoked.status).toBe(200);
		for (const view of views) {
			if (view.status !== 200) {
				expect(outcome(view)).toMatch(/^410 LinkRevoked$|^424 ResourceGone$/);
				continue;
			}
			const { url, ticket } = view.body.chat;
			const socket = await Socket.connect(new URL(url).pathname, {}, `foyer.v1, ticket.${ticket}`);
			expect(await socket.closeCode()).toBeGreaterThanOrEqual(4500);
		}
		const { body } = await desk.agent.call("PUT", `/v1/Chat/${desk.chatId}`, { chat: {} });
		const userId = `visitor:link-${link.customerLinkUID}`;
		const member = body.chat[0].chatMembers.find((one: { userId: string }) => one.userId === userId);
		expect(member?.isActive ?? false).toBe(false);
	}
}, 60_000);
