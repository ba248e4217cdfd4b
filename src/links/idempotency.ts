import { sealed, unsealed } from "../auth/secrets.ts";
import { sha256 } from "../auth/key-format.ts";
import type { Statement } from "../db/batch.ts";
import { Failure } from "../http/failure.ts";
import { claimRequest, findRequest, fulfilRequest, releaseRequest, type RequestKey } from "./request-store.ts";
import type { Staff } from "../auth/staff.ts";

/** What is kept of an answer beside the link itself. */
type Kept = { portalUrl: string; deliveryErrors: string[] };
/** An answer that may be given again. */
export type Given = Kept & { linkUid: string };

/** How long a key is remembered. */
const KEY_LIFE_MS = 24 * 3600_000;
/** A request that has been on its way for so long is lost; whoever asks again does it anew. */
const LOST_MS = 30_000;
/** How long somebody waits for the same request that is on its way, and how often it is looked for. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/** The statement that makes an answer the one of its key: for the batch that does the work. */
export type Claim = (given: Given) => Promise<Statement>;

/**
 * Does something once for all requests of a user with the same key. The first does it; the others, at the same time or later, are given its
 * answer. Without a key it is simply done. Throws 409 when the key was used for another request.
 */
export async function once(
	staff: Staff,
	key: string | undefined,
	request: unknown,
	work: (claim: Claim | undefined) => Promise<Given>,
): Promise<Given> {
	if (key === undefined) return work(undefined);
	const { tenant, principal, env } = staff;
	const own = { userId: principal.userId, key: checkedKey(key) };
	const requestHash = await sha256(JSON.stringify(request));
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const now = Date.now();
		const times = { now, forgotten: now - KEY_LIFE_MS, lost: now - LOST_MS };
		// oxlint-disable-next-line no-await-in-loop -- each look comes after a pause
		if (await claimRequest(tenant, own, requestHash, times)) return claimed(staff, own, now, work);
		// oxlint-disable-next-line no-await-in-loop -- as above
		const row = await findRequest(tenant, own);
		if (row && row.requestHash !== requestHash)
			throw new Failure("IdempotencyMismatch", "This Idempotency-Key was used for another request.");
		if (row?.answer) {
			const kept = JSON.parse(await unsealed(env, "idempotency", row.answer)) as Kept; // oxlint-disable-line no-await-in-loop -- the last turn
			return { ...kept, linkUid: row.linkUid };
		}
		if (now >= deadline)
			throw new Failure("Busy", "The same request is still on its way; ask again.", {
				headers: { "Retry-After": "2" },
			});
		// oxlint-disable-next-line no-await-in-loop -- the pause
		await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
	}
}

async function claimed(
	{ env, tenant }: Staff,
	own: RequestKey,
	claimedAt: number,
	work: (claim: Claim) => Promise<Given>,
): Promise<Given> {
	try {
		return await work(async ({ linkUid, ...kept }) => {
			const answer = await sealed(env, "idempotency", JSON.stringify(kept satisfies Kept));
			return fulfilRequest(tenant, own, claimedAt, { linkUid, answer });
		});
	} catch (error) {
		await releaseRequest(tenant, own, claimedAt);
		throw error;
	}
}

function checkedKey(key: string): string {
	if (/^[\x20-\x7e]{1,255}$/.test(key) && key.trim() !== "") return key;
	const message = "'Idempotency-Key' must be 1 to 255 printable ASCII characters.";
	const fields = [{ errorCode: "Length", fieldName: "Idempotency-Key", message }];
	throw new Failure("ValidationFailed", message, { fields });
}
